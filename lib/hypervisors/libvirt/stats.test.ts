import { describe, expect, it } from 'vitest'
import { imagesOf, stateOf, writtenOf } from './stats'

/** As libvirt 9.0 answered for a guest on an overlay; 200,704 is what the file occupies, by `ls -s`. */
const running = new Map<string, string | number>([
  ['state.state', 1],
  ['block.count', 2],
  ['block.0.name', 'vda'],
  ['block.0.path', '/images//o1'],
  ['block.0.backingIndex', 3],
  ['block.0.allocation', 196_616],
  ['block.0.capacity', 16_777_216],
  ['block.0.physical', 200_704],
  ['block.1.name', 'vda'],
  ['block.1.path', '/images/base.raw'],
  ['block.1.allocation', 0],
  ['block.1.capacity', 16_777_216],
  ['block.1.physical', 4_096],
])
const stopped = new Map<string, string | number>([
  ['state.state', 5],
  ['block.count', 1],
  ['block.0.name', 'vda'],
  ['block.0.path', '/images/o1'],
  ['block.0.allocation', 200_704],
  ['block.0.capacity', 16_777_216],
  ['block.0.physical', 196_616],
])

describe('statistics of a guest', () => {
  it('tell bytes on disk under another name while it runs', () => {
    expect(imagesOf(running, true)).toEqual([
      { target: 'vda', file: '/images/o1', bytesOnDisk: 200_704, virtualBytes: 16_777_216 },
      { target: 'vda', file: '/images/base.raw', bytesOnDisk: 4_096, virtualBytes: 16_777_216 },
    ])
    expect(imagesOf(stopped, false)).toEqual([
      { target: 'vda', file: '/images/o1', bytesOnDisk: 200_704, virtualBytes: 16_777_216 },
    ])
  })

  it('are unknown where they are not told, never zero', () => {
    expect(imagesOf(new Map(), true)).toBeNull()
    expect(stateOf(new Map())).toBeNull()
    const bare = new Map<string, string | number>([
      ['block.count', 2],
      ['block.0.name', 'vda'],
      ['block.0.path', '/images/o1'],
      ['block.1.name', 'sda'], // an empty drive has no path
    ])
    expect(imagesOf(bare, true)).toEqual([{ target: 'vda', file: '/images/o1', bytesOnDisk: null, virtualBytes: null }])
  })

  it('tell what the disks wrote, not what QEMU wrote into the images below', () => {
    const writing = new Map([
      ...running,
      ['block.0.wr.bytes', 8_192],
      ['block.1.wr.bytes', 65_536],
      ['block.count', 3],
      ['block.2.name', 'vdb'],
      ['block.2.wr.bytes', 1_024],
    ] as const)
    expect(writtenOf(writing)).toBe(9_216)
    expect(writtenOf(running)).toBeNull()
  })

  it('that claim more than can be are bounded', () => {
    const lying = new Map<string, string | number>([['block.count', Number.MAX_SAFE_INTEGER]])
    expect(imagesOf(lying, true)).toEqual([])
  })
})
