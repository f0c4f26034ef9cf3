import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from './collect/memory'
import { createPace, forEachAtOnce } from './pace'
import { StringPool } from './strings'
import { GATES, reaches, versionOf, versionText } from './versions'

describe('kept texts', () => {
  it('are copies that equal what they came from, shared where they repeat', () => {
    const pool = new StringPool()
    const original = { name: 'web01', files: ['/a', '/b', '/a'], by: new Map([['vda', '/a']]), size: 4, none: null }
    const copy = pool.keepAll(original)
    expect(copy).toEqual(original)
    expect(copy).not.toBe(original)
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => pool.keep(text) === text))
  })

  it('are told apart by digest', () => {
    expect(digestOf('a')).toBe(digestOf('a'))
    expect(digestOf('a')).not.toBe(digestOf('b'))
  })
})

describe('a row of work', () => {
  it('is done completely, in order, and never wider than allowed', async () => {
    let [running, widest] = [0, 0]
    const started: number[] = []
    await forEachAtOnce([...Array(20).keys()], 3, async (item) => {
      started.push(item)
      running += 1
      widest = Math.max(widest, running)
      await Promise.resolve()
      running -= 1
    })
    expect(started).toEqual([...Array(20).keys()])
    expect(widest).toBe(3)
  })

  it('ends with the first failure after what was under way has ended', async () => {
    const ended: number[] = []
    const work = forEachAtOnce([0, 1, 2, 3, 4], 2, async (item) => {
      await Promise.resolve()
      ended.push(item)
      if (item === 1) throw new Error('one')
    })
    await expect(work).rejects.toThrow('one')
    expect(ended).toEqual(expect.arrayContaining([0, 1]))
    expect(ended).not.toContain(4)
  })

  it('lets others run between long pieces', async () => {
    const pace = createPace()
    let others = 0
    const timer = setInterval(() => {
      others += 1
    }, 0)
    // Never waits by itself: only pace() can let the timer run.
    for (let spins = 0; others < 2 && spins < 10_000_000; spins += 1) await pace()
    clearInterval(timer)
    expect(others).toBe(2)
  })
})

describe('versions', () => {
  it('compare as libvirt counts them', () => {
    expect(versionOf('9.10.0')).toBeGreaterThan(versionOf('9.9.0'))
    expect(versionText(versionOf('11.3.0'))).toBe('11.3.0')
    expect(reaches(versionOf('9.9.0'), GATES.revertExternal)).toBe(true)
    expect(reaches(versionOf('9.8.9'), GATES.revertExternal)).toBe(false)
  })
})
