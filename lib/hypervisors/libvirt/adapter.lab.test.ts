/** The adapter on a real libvirtd that is mistreated, large, or changing. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { randomHistory } from '@/e2e/labs/libvirt/history'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { buildMany, type ManyGuest } from '@/e2e/labs/libvirt/many'
import { snapshotTree } from '@/e2e/labs/libvirt/oracle'
import type { CollectedGuest, Collection } from '@/lib/domain/inventory'
import { watchTurns } from '@/lib/testing/turns'
import type { Hypervisor } from '../port'
import { guestIn, openLab, patience, readWhole, snapshotsOf, valueIn } from './testing/reading'

async function ownLab(): Promise<LibvirtLab> {
  const started = await startLibvirtLab()
  if (!started.ok) throw new Error(started.why)
  return started.lab
}

const parentsOf = (guest: CollectedGuest) =>
  Object.fromEntries(snapshotsOf(guest).map((snapshot) => [snapshot.name, snapshot.parent]))

/** Sections of every guest, as `read` or the code of the reason. */
const states = (collection: Collection): string[] =>
  collection.guests.status === 'unread'
    ? [collection.guests.reason.code]
    : collection.guests.value.flatMap((guest) =>
        [guest.disks, guest.snapshots, guest.configuration].map((section) =>
          section.status === 'read' ? 'read' : section.reason.code,
        ),
      )

describeWithLab('trees grown at random', () => {
  let lab: LibvirtLab
  let hypervisor: Hypervisor
  beforeAll(async () => {
    lab = await ownLab()
    hypervisor = openLab(lab)
  })
  afterAll(async () => {
    await hypervisor.close()
    await lab.close()
  })

  /** libvirt 9.0 crashes at some deletions with children (seeds 14 and 21): such a history is not one to compare. */
  const historyUnlessDaemonFalls = async (uuid: string, seed: number) => {
    try {
      return await randomHistory(lab, uuid, seed, STEPS)
    } catch (error) {
      if (lab.daemon.running()) throw error
      await lab.daemon.restart()
      return null
    }
  }

  const HISTORIES = 50
  const STEPS = 10

  it(`are those virsh draws, after each of ${HISTORIES} histories, as one adapter follows them`, {
    timeout: 1_200_000,
  }, async () => {
    let followed = 0
    for (let seed = 1; followed < HISTORIES && seed <= 2 * HISTORIES; seed += 1) {
      const guest = await lab.defineGuest({ name: `history-${seed}`, disks: [{ format: 'qcow2', sizeMiB: 2 }] })
      const scope = { whole: false as const, guests: [guest.uuid] }
      const compare = async (about: string) => {
        const seen = await snapshotTree(lab, guest.uuid)
        const found = guestIn(await hypervisor.collect(scope, { thorough: false }, patience()), guest.uuid)
        expect(parentsOf(found), about).toEqual(seen.parents)
        expect(valueIn(found.snapshots).currentParent, about).toBe(seen.current)
        expect(
          snapshotsOf(found).some((snapshot) => snapshot.unmanaged || snapshot.incomplete),
          about,
        ).toBe(false)
        return seen
      }
      await compare('before anything was done')
      const history = await historyUnlessDaemonFalls(guest.uuid, seed)
      if (history === null) continue
      const about = `seed ${seed}: ${JSON.stringify(history)}`
      const [first] = (await compare(about)).names
      if (first !== undefined) {
        await lab.expectVirsh('snapshot-revert', guest.uuid, `--snapshotname=${first}`)
        await compare(`${about}, back to ${first}`)
      }
      await lab.expectVirsh('snapshot-create-as', guest.uuid, '--name=another branch')
      await compare(`${about}, and on`)
      await lab.expectVirsh('undefine', guest.uuid, '--snapshots-metadata')
      followed += 1
    }
    expect(followed).toBe(HISTORIES)
  })
})

describeWithLab('chains with bytes in them', () => {
  let lab: LibvirtLab
  beforeAll(async () => {
    lab = await ownLab()
  })
  afterAll(() => lab.close())

  type ImageInfo = { filename: string; 'actual-size': number }

  it('have the sizes qemu-img tells, stopped, running, and after somebody went back', async () => {
    const guest = await lab.defineGuest({ name: 'sizes', disks: [{ format: 'qcow2', sizeMiB: 64 }] })
    const base = guest.disks[0]?.file ?? ''
    const write = (file: string, kib: number, at: number) =>
      lab.runInside('qemu-io', ['-f', 'qcow2', '-c', `write ${at}k ${kib}k`, file])
    await write(base, 3_000, 0)
    const overlay = (name: string) => lab.imagePath(`sizes.${name}`)
    for (const [index, name] of ['one', 'two'].entries()) {
      const diskspec = `vda,snapshot=external,file=${overlay(name)}`
      await lab.expectVirsh('snapshot-create-as', guest.uuid, name, '--disk-only', '--diskspec', diskspec)
      await write(overlay(name), 500 * (index + 1), 1_000 * index)
    }
    const told = async (): Promise<Record<string, number>> => {
      const info = await lab.runInside('qemu-img', ['info', '-U', '--backing-chain', '--output=json', overlay('two')])
      return Object.fromEntries(
        (JSON.parse(info.stdout) as ImageInfo[]).map((image) => [image.filename, image['actual-size']]),
      )
    }
    const hypervisor = openLab(lab)
    for (const power of ['stopped', 'running'] as const) {
      if (power === 'running') await lab.expectVirsh('start', guest.uuid)
      const [read, sizes] = [guestIn(await readWhole(hypervisor, false), guest.uuid), await told()]
      expect(read.facts.power).toBe(power)
      const chain = valueIn(read.disks)[0]?.chain ?? []
      expect(Object.fromEntries(chain.map((image) => [image.file, image.allocatedBytes]))).toEqual(sizes)
      const [one, two] = snapshotsOf(read)
      expect(one?.size).toMatchObject({ bytes: sizes[overlay('one')], confidence: 'exact' })
      expect(two?.size).toMatchObject({ bytes: sizes[overlay('two')], confidence: 'exact' })
      expect(one?.size.bytes).toBeGreaterThan(500 * 1024)
    }
    await lab.expectVirsh('destroy', guest.uuid)
    // Going back by hand, as libvirt 9.0 cannot: another overlay above what the first snapshot froze.
    const again = overlay('again')
    await lab.runInside('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', again])
    await write(again, 900, 0)
    const xml = (await lab.expectVirsh('dumpxml', guest.uuid, '--inactive')).replace(overlay('two'), again)
    await lab.withXmlFile(xml, (file) => lab.expectVirsh('define', file))
    const after = guestIn(await readWhole(hypervisor, false), guest.uuid)
    const bytes = async (file: string) => {
      const info = await lab.runInside('qemu-img', ['info', '-U', '--output=json', file])
      return (JSON.parse(info.stdout) as ImageInfo)['actual-size']
    }
    expect(snapshotsOf(after)[0]?.size).toMatchObject({ bytes: (await bytes(overlay('one'))) + (await bytes(again)) })
    await hypervisor.close()
  })

  it('are seen as they become: a commit, a detached disk, an image edited behind libvirt', async () => {
    const guest = await lab.defineGuest({
      name: 'moving',
      disks: [
        { format: 'qcow2', sizeMiB: 8 },
        { format: 'qcow2', sizeMiB: 8 },
      ],
    })
    const hypervisor = openLab(lab)
    const files = async (thorough = false) =>
      valueIn(guestIn(await readWhole(hypervisor, thorough), guest.uuid).disks).map(
        ({ chain }) => chain?.length ?? null,
      )
    expect(await files()).toEqual([1, 1])
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 's1', '--disk-only')
    expect(await files()).toEqual([2, 2])
    await lab.expectVirsh('start', guest.uuid)
    await lab.expectVirsh('blockcommit', guest.uuid, 'vda', '--active', '--pivot', '--wait')
    expect(await files()).toEqual([1, 2])
    await lab.expectVirsh('detach-disk', guest.uuid, 'vdb', '--config')
    await lab.expectVirsh('destroy', guest.uuid)
    expect(await files()).toEqual([1])
    const image = guest.disks[0]?.file ?? ''
    await lab.runInside('qemu-img', ['snapshot', '-c', 'behind', image])
    const strays = snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid)).filter(({ unmanaged }) => unmanaged)
    expect(strays.map(({ name }) => name)).toEqual(['behind'])
    await hypervisor.close()
  })
})

describeWithLab('a large host', () => {
  let lab: LibvirtLab
  let many: ManyGuest[]
  let deep: ManyGuest | undefined
  beforeAll(async () => {
    lab = await ownLab()
    many = await buildMany(lab, { domains: 499, snapshotsEach: 1 })
    deep = (await buildMany(lab, { domains: 1, snapshotsEach: 1_000, prefix: 'deep' }))[0]
  })
  afterAll(() => lab.close())

  it('with 500 guests and one of 1,000 snapshots is read completely, without holding anybody up', async () => {
    const hypervisor = openLab(lab)
    const turns = watchTurns()
    const collection = await readWhole(hypervisor)
    const { longest } = turns.end()
    expect(valueIn(collection.guests)).toHaveLength(500)
    expect(new Set(states(collection))).toEqual(new Set(['read']))
    const tree = parentsOf(guestIn(collection, deep?.uuid ?? ''))
    expect(tree).toEqual(Object.fromEntries(deep?.snapshots.map(({ name, parent }) => [name, parent]) ?? []))
    for (const { uuid, current } of many)
      expect(valueIn(guestIn(collection, uuid).snapshots).currentParent).toBe(current)
    // The benchmark holds the delay itself; this notices a reading that is parsed in one go, on a slow processor too.
    expect(longest).toBeLessThan(400)
    const again = await readWhole(hypervisor, false)
    expect(again.guests).toEqual(collection.guests)
    await hypervisor.close()
  })

  it('that dies in the middle leaves sections unread and no guest out; the same adapter reads on when it is back', async () => {
    const hypervisor = openLab(lab)
    let killed: Promise<void> | null = null
    const onProgress = (done: number) => {
      if (done >= 40) killed ??= lab.daemon.kill9()
    }
    const collection = await hypervisor.collect({ whole: true }, { thorough: true, onProgress }, patience())
    await killed
    expect(valueIn(collection.guests)).toHaveLength(500)
    expect(states(collection).filter((state) => state === 'read').length).toBeGreaterThan(100)
    expect(states(collection)).toContain('unreachable')
    expect(collection.storages.status).toBe('unread')
    const refused = await readWhole(hypervisor)
    expect(refused).toMatchObject({
      guests: { status: 'unread', reason: { code: 'unreachable' } },
      storages: { status: 'unread' },
    })
    await lab.daemon.restart()
    expect(new Set(states(await readWhole(hypervisor, false)))).toEqual(new Set(['read']))
    await hypervisor.close()
  })

  it('that hangs in the middle is given up by keepalive, and read again when it goes on', {
    timeout: 600_000,
  }, async () => {
    const hypervisor = openLab(lab)
    let stopped: Promise<void> | null = null
    const onProgress = (done: number) => {
      if (done >= 40) stopped ??= lab.daemon.stop()
    }
    const collection = await hypervisor.collect({ whole: true }, { thorough: true, onProgress }, patience())
    await stopped
    expect(valueIn(collection.guests)).toHaveLength(500)
    expect(states(collection)).toContain('hung')
    await lab.daemon.cont()
    expect(new Set(states(await readWhole(hypervisor, false)))).toEqual(new Set(['read']))
    await hypervisor.close()
  })

  it('is left at once by a caller who gives up', async () => {
    const hypervisor = openLab(lab)
    const caller = new AbortController()
    const onProgress = (done: number) => {
      if (done >= 40) caller.abort()
    }
    const collection = await hypervisor.collect({ whole: true }, { thorough: true, onProgress }, caller.signal)
    // At once: what was not read by then was not read any more.
    expect(states(collection).filter((state) => state === 'interrupted').length).toBeGreaterThan(1_000)
    await hypervisor.close()
  })
})

describeWithLab('a host without anything', () => {
  it('is read as empty, pools included', async () => {
    const lab = await ownLab()
    await lab.expectVirsh('pool-destroy', 'default')
    await lab.expectVirsh('pool-undefine', 'default')
    const hypervisor = openLab(lab)
    expect(await readWhole(hypervisor)).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      guests: { status: 'read', value: [] },
      storages: { status: 'read', value: [] },
    })
    await hypervisor.close()
    await lab.close()
  })

  it('has a pool that is not started: listed, its contents unread', async () => {
    const lab = await ownLab()
    await lab.expectVirsh('pool-destroy', 'default')
    const hypervisor = openLab(lab)
    const storages = valueIn((await readWhole(hypervisor)).storages)
    expect(storages).toMatchObject([
      { facts: { name: 'default', active: false, capacityBytes: null }, volumes: { status: 'unread' } },
    ])
    await hypervisor.close()
    await lab.close()
  })
})
