import { describe, expect, it } from 'vitest'
import { looksLikeMemory, sortLeftover } from './leftover'

describe('files that nothing refers to', () => {
  it.each([
    ['vm-101-state-before_update.raw', true],
    ['images/101/vm-101-state-live', true],
    ['web01-memory.3.mem', true],
    ['Web01.SAVE', true],
    ['vm-101-disk-0.qcow2', false],
    ['memory-of-a-project.qcow2', false],
  ])('%s: memory %s', (name, is) => {
    expect(looksLikeMemory(name)).toBe(is)
  })

  it('are told apart, and a size that is not told makes no sum', () => {
    const file = (name: string, bytes: number | null) => ({ name, bytes })
    expect(sortLeftover([file('a.mem', 3), file('b.mem', 4), file('old.qcow2', 5), file('x.raw', null)])).toEqual({
      memory: { files: 2, bytes: 7 },
      others: { files: 2, bytes: null },
    })
    expect(sortLeftover([])).toEqual({ memory: { files: 0, bytes: 0 }, others: { files: 0, bytes: 0 } })
  })
})
