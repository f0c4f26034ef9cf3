import { describe, expect, it, vi } from 'vitest'
import { FileSystems } from './file-systems'

const BLOCK = 4096
const answer = { bsize: BLOCK, blocks: 1000, bfree: 400, bavail: 350 }
const pool = { capacity: 1000 * BLOCK, available: 400 * BLOCK }

describe('what a writer can use', () => {
  it('leaves out the blocks that are reserved for root', async () => {
    expect(await new FileSystems(async () => answer).usableBytes('/pool', pool)).toBe(350 * BLOCK)
  })

  it('is not told by a file system of another size: the path is another machine’s', async () => {
    const systems = new FileSystems(async () => ({ ...answer, blocks: 1001 }))
    expect(await systems.usableBytes('/pool', pool)).toBeNull()
    const fuller = new FileSystems(async () => ({ ...answer, bfree: 370, bavail: 320 }))
    expect(await fuller.usableBytes('/pool', pool)).toBeNull()
  })

  it('allows for what guests wrote between the two looks', async () => {
    const systems = new FileSystems(async () => ({ ...answer, bfree: 390, bavail: 340 }))
    expect(await systems.usableBytes('/pool', pool)).toBe(340 * BLOCK)
  })

  it('is not known where nobody answers, and a path that hangs is not asked again', async () => {
    vi.useFakeTimers()
    try {
      const ask = vi.fn(() => new Promise<typeof answer>(() => undefined))
      const systems = new FileSystems(ask)
      const asked = systems.usableBytes('/away', pool)
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await asked).toBeNull()
      expect(await systems.usableBytes('/away', pool)).toBeNull()
      expect(ask).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
    const gone = new FileSystems(async () => {
      throw new Error('ENOENT')
    })
    expect(await gone.usableBytes('/gone', pool)).toBeNull()
  })
})
