import { describe, expect, it } from 'vitest'
import { csvCell, csvFile } from './csv'

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('keeps a spreadsheet from running %j', (name) => {
    expect(csvCell(name).replace(/^"/, '')).toMatch(/^'/)
  })

  it('quotes commas, quotes and line ends, and leaves plain text and numbers alone', () => {
    expect(csvCell('a,b')).toBe('"a,b"')
    expect(csvCell('say "hi"')).toBe('"say ""hi"""')
    expect(csvCell('two\nlines')).toBe('"two\nlines"')
    expect(csvCell('数据库-01')).toBe('数据库-01')
    expect(csvCell(-3)).toBe('-3')
  })

  it('leaves what is not known empty', () => {
    expect(csvFile(['Guest', 'Held'], [['web', null]])).toBe('\ufeffGuest,Held\r\nweb,\r\n')
  })
})
