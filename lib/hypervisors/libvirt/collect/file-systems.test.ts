import { describe, expect, it, vi } from 'vitest'
import { FileSystems } from './file-systems'

const BLOCK = 4096
const EXT = 0xef53
const answer = { bsize: BLOCK, blocks: 1000, bfree: 400, bavail: 350, type: EXT, files: 128, ffree: 32 }
const told = { capacity: 1000 * BLOCK, available: 400 * BLOCK, refreshed: true }
const figures = (free: number) => ({
  usedBytes: (1000 - free) * BLOCK,
  freeBytes: free * BLOCK,
  usableBytes: (free - 50) * BLOCK,
  inodes: { total: 128, free: 32 },
})

describe('a file system below a pool', () => {
  it('tells what is usable without the blocks that are reserved for root', async () => {
    expect(await new FileSystems(async () => answer).look('/pool', told)).toEqual(figures(400))
  })

  it.each([
    ['XFS, which makes them from free blocks', 0x58465342, 4_000, 3_900],
    ['Btrfs, which has none', 0x9123683e, 0, 0],
    ['NFS, behind which is one nobody knows', 0x6969, 128, 1],
  ])('has no number of inodes that could run out: %s', async (_, type, files, ffree) => {
    const systems = new FileSystems(async () => ({ ...answer, type, files, ffree }))
    expect((await systems.look('/pool', told))?.inodes).toEqual({ total: 0, free: 0 })
  })

  it('is not believed when it is of another size, or was never as full as libvirt says: the path is another’s', async () => {
    const other = new FileSystems(async () => ({ ...answer, blocks: 1001 }))
    expect(await other.look('/pool', told)).toBeNull()
    const fuller = new FileSystems(async () => ({ ...answer, bfree: 370, bavail: 320 }))
    expect(await fuller.look('/pool', told)).toBeNull()
    // Without a fresh look of libvirt nothing proves anything.
    expect(await new FileSystems(async () => answer).look('/pool', { ...told, refreshed: false })).toBeNull()
  })

  it('is ahead of libvirt between its looks, once it was known as the pool’s', async () => {
    let free = 395
    const systems = new FileSystems(async () => ({ ...answer, bfree: free, bavail: free - 50 }))
    expect(await systems.look('/pool', told)).toEqual(figures(395))
    free = 100
    expect(await systems.look('/pool', { ...told, refreshed: false })).toEqual(figures(100))
    expect(await systems.look('/pool', told)).toBeNull()
    expect(await systems.look('/pool', { ...told, refreshed: false })).toBeNull()
  })

  it('is not known where nobody answers, and a path that hangs is not asked again', async () => {
    vi.useFakeTimers()
    try {
      const ask = vi.fn(() => new Promise<typeof answer>(() => undefined))
      const systems = new FileSystems(ask)
      const asked = systems.look('/away', told)
      await vi.advanceTimersByTimeAsync(2_000)
      expect(await asked).toBeNull()
      expect(await systems.look('/away', told)).toBeNull()
      expect(ask).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
    const gone = new FileSystems(async () => {
      throw new Error('ENOENT')
    })
    expect(await gone.look('/gone', told)).toBeNull()
  })
})
