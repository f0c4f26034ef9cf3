import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchTyped } from './typed-match'

describe('matchTyped', () => {
  it('counts how far what is typed agrees', () => {
    expect(matchTyped('WebServer', '')).toEqual({ state: 'none', done: 0, total: 9 })
    expect(matchTyped('WebServer', 'WebServe')).toEqual({ state: 'part', done: 8, total: 9 })
    expect(matchTyped('WebServer', 'Webserver')).toEqual({ state: 'differs', done: 3, total: 9 })
    expect(matchTyped('WebServer', 'WebServer1')).toEqual({ state: 'differs', done: 9, total: 9 })
    expect(matchTyped('6 snapshots', '6 snapshots')).toEqual({ state: 'whole', done: 11, total: 11 })
  })

  it('forgives only the white space around what was pasted', () => {
    expect(matchTyped('db 1', ' db 1\n').state).toBe('whole')
    expect(matchTyped('db 1', 'db  1').state).toBe('differs')
  })

  it('counts characters as people see them', () => {
    expect(matchTyped('数据库😀', '数据库').total).toBe(4)
    expect(matchTyped('数据库😀', '数据库😀').state).toBe('whole')
  })

  it('is whole for the text itself and for nothing else', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => each.trim() === each && each !== '')
    fc.assert(
      fc.property(text, text, (asked, typed) => {
        expect(matchTyped(asked, asked).state).toBe('whole')
        expect(matchTyped(asked, typed).state === 'whole').toBe(asked === typed)
      }),
    )
  })
})
