import { existsSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import type { ExpectedGuest, Showcase } from './expected'
import { chosenGeneration } from './generation'
import type { LibvirtLab } from './lab'
import { describeWithLab } from './lab-test'
import { parseTree, snapshotTree } from './oracle'
import { sharedShowcase } from './scenarios'

type ImageInfo = { filename: string; format: string; snapshots?: { name: string }[] }

describeWithLab('the showcase is what its facts say', (lab) => {
  let showcase: Showcase
  beforeAll(async () => {
    showcase = await sharedShowcase(lab)
  })
  const eachGuest = async (check: (guest: ExpectedGuest) => Promise<void>) => {
    for (const guest of Object.values(showcase.guests)) await check(guest)
  }

  it('has the snapshots, parents and current state virsh shows', () =>
    eachGuest(async (guest) => {
      const seen = await snapshotTree(lab, guest.uuid)
      const parents = Object.fromEntries(guest.snapshots.map(({ name, parent }) => [name, parent]))
      expect(seen.parents, guest.about).toEqual(parents)
      expect([...seen.names].sort(), guest.about).toEqual(Object.keys(parents).sort())
      expect(seen.current, guest.about).toBe(guest.current)
    }))

  it('has the kinds, memory and files each snapshot is said to have', () =>
    eachGuest(async (guest) => {
      for (const snapshot of guest.snapshots) {
        const xml = (await lab.expectVirsh('snapshot-dumpxml', guest.uuid, snapshot.name)).split('<domain ')[0] ?? ''
        expect(/<state>(.*?)<\/state>/.exec(xml)?.[1], guest.about).toBe(snapshot.state)
        const memory = snapshot.memory === 'none' ? 'no' : snapshot.kind
        expect(/<memory snapshot='(.*?)'/.exec(xml)?.[1], guest.about).toBe(memory)
        expect(snapshot.memoryFile === undefined || existsSync(snapshot.memoryFile)).toBe(true)
        const disks = [...xml.matchAll(/<disk name='(\w+)' snapshot='(\w+)'/g)].map(([, target, mode]) => [
          target,
          mode,
        ])
        const expected = snapshot.disks.map(({ target, mode }) => [target, mode === 'excluded' ? 'no' : mode])
        expect(
          disks.filter(([target]) => target?.startsWith('vd')),
          guest.about,
        ).toEqual(expected)
        for (const { overlay } of snapshot.disks) if (overlay !== undefined) expect(xml).toContain(overlay)
        if (snapshot.parentMissing !== undefined) expect(xml).toContain(`<name>${snapshot.parentMissing}</name>`)
      }
    }))

  it('runs, is stopped, paused and saved as said', () =>
    eachGuest(async (guest) => {
      const state = (await lab.expectVirsh('domstate', guest.uuid)).trim()
      expect(state === 'shut off' ? 'stopped' : state, guest.about).toBe(guest.power)
      const saved = await lab.expectVirsh('dominfo', guest.uuid)
      expect(/Managed save: +yes/.test(saved), guest.about).toBe(guest.managedSave)
    }))

  it('has the chains and the unmanaged snapshots qemu-img shows', () =>
    eachGuest(async (guest) => {
      for (const disk of guest.disks) {
        const chain = await readChain(lab, disk.active)
        expect(chain[0]?.format).toBe(disk.format)
        expect(
          chain.map((image) => image.filename),
          guest.about,
        ).toEqual([disk.active, ...disk.backing])
        const managed = guest.snapshots.map(({ name }) => name)
        const inside = (chain[0]?.snapshots ?? []).map(({ name }) => name).filter((name) => !managed.includes(name))
        const expected = guest.unmanaged.find(({ target }) => target === disk.target)?.names ?? []
        expect(inside, guest.about).toEqual(expected)
      }
    }))

  it('has orphans and a leaked memory file in the pool', async () => {
    const listed = await lab.expectVirsh('vol-list', showcase.pool)
    for (const file of [...showcase.orphans, ...showcase.leakedMemory]) expect(listed).toContain(file)
    const leaks = chosenGeneration() === 'debian12' ? 1 : 0
    expect(showcase.leakedMemory).toHaveLength(leaks)
  })
})

it('reads a tree as virsh draws it, odd names included', () => {
  const drawn =
    'last\n\nx\n  |\n  +-  lead\n  |   |\n  |   +- +- trap\n  |       |\n  |       +- b\n  |         \n  +- z \n    \n'
  expect(parseTree(drawn)).toEqual({ last: null, x: null, ' lead': 'x', '+- trap': ' lead', b: '+- trap', 'z ': 'x' })
})

/** The image and everything below it; `--force-share` because a running guest holds its lock. */
async function readChain(lab: Pick<LibvirtLab, 'runInside'>, file: string): Promise<ImageInfo[]> {
  const args = ['info', '--force-share', '--backing-chain', '--output=json', file]
  const { stdout, stderr, code } = await lab.runInside('qemu-img', args)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as ImageInfo[]
}
