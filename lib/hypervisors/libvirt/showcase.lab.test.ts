/** Every fact the laboratory knows about its showcase, as the adapter tells it. */
import { statSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ExpectedGuest, Showcase } from '@/e2e/labs/libvirt/expected'
import { chosenGeneration } from '@/e2e/labs/libvirt/generation'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { sharedShowcase } from '@/e2e/labs/libvirt/scenarios'
import type { Collection } from '@/lib/domain/inventory'
import type { Disk } from '@/lib/domain/snapshot'
import type { Hypervisor } from '../port'
import { guestIn, openLab, readWhole, snapshotsOf, valueIn, volumesIn } from './testing/reading'

/** A disk as one who may not look into images sees it. */
const withoutMaps = ({ heldInside: _held, heldByNow: _now, heldSlack: _slack, chain, ...disk }: Disk) => ({
  ...disk,
  chain: chain?.map(({ growthBelow: _growth, mappedBytes: _mapped, ...image }) => image) ?? null,
})

describeWithLab('a libvirt host as the adapter reads it', (lab) => {
  let showcase: Showcase
  let hypervisor: Hypervisor
  let collection: Collection
  beforeAll(async () => {
    showcase = await sharedShowcase(lab)
    hypervisor = openLab(lab)
    collection = await readWhole(hypervisor)
  })
  afterAll(() => hypervisor.close())

  const eachGuest = async (check: (expected: ExpectedGuest) => void | Promise<void>) => {
    for (const expected of Object.values(showcase.guests)) await check(expected)
  }
  const guest = (key: keyof Showcase['guests']) => guestIn(collection, showcase.guests[key].uuid)
  const findings = (key: keyof Showcase['guests']) => guest(key).findings

  it('tells power, firmware, TPM and saved memory', () =>
    eachGuest(({ uuid, name, power, firmware, tpm, managedSave, about }) => {
      const { facts } = guestIn(collection, uuid)
      expect(facts, about).toMatchObject({ name, power, firmware, tpm, managedSave, kind: 'vm', nativeId: uuid })
    }))

  it('tells every snapshot with parent, kind, memory, files and disks', () =>
    eachGuest(({ uuid, about, snapshots, current, unmanaged }) => {
      const found = guestIn(collection, uuid)
      const managed = snapshotsOf(found).filter((snapshot) => !snapshot.unmanaged)
      const told = managed.map((snapshot) => ({
        name: snapshot.name,
        parent: snapshot.parent,
        parentMissing: snapshot.parentMissing,
        kind: snapshot.kind,
        memory: snapshot.memory,
        memoryFile: snapshot.memoryFile?.file ?? null,
        disks: snapshot.disks
          .filter((disk) => disk.name.startsWith('vd'))
          .map(({ name, mode, file }) => ({ name, mode, file })),
      }))
      const expected = snapshots.map((snapshot) => ({
        name: snapshot.name,
        parent: snapshot.parent,
        parentMissing: snapshot.parentMissing ?? null,
        kind: snapshot.kind,
        memory: snapshot.memory,
        memoryFile: snapshot.memoryFile ?? null,
        disks: snapshot.disks.map((disk) => ({ name: disk.target, mode: disk.mode, file: disk.overlay ?? null })),
      }))
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
      expect(told.sort(byName), about).toEqual(expected.sort(byName))
      expect(valueIn(found.snapshots).currentParent, about).toBe(current)
      const names = new Set(unmanaged.flatMap((disk) => disk.names))
      const strays = snapshotsOf(found).filter((snapshot) => snapshot.unmanaged)
      expect(strays.map((snapshot) => snapshot.name).sort(), about).toEqual([...names].sort())
    }))

  it('tells every chain, active image first', () =>
    eachGuest(({ uuid, disks, about }) => {
      const found = valueIn(guestIn(collection, uuid).disks)
      for (const { target, active, backing, format } of disks) {
        const disk = found.find((candidate) => candidate.target === target)
        expect(disk?.format, about).toBe(format)
        expect(
          disk?.chain?.map((image) => image.file),
          about,
        ).toEqual([active, ...backing])
      }
    }))

  it('tells bytes on disk exactly as the file system does', () =>
    eachGuest(({ uuid, about }) => {
      for (const disk of valueIn(guestIn(collection, uuid).disks)) {
        for (const image of disk.chain ?? []) {
          expect(image.allocatedBytes, `${about}: ${image.file}`).toBe(statSync(image.file).blocks * 512)
        }
      }
    }))

  it('tells what each external snapshot costs: the overlays above what it froze, and its memory file', () =>
    eachGuest(({ uuid, about, snapshots }) => {
      if (about === showcase.guests.committed.about) return
      for (const snapshot of snapshotsOf(guestIn(collection, uuid)).filter(({ kind }) => kind === 'external')) {
        const expected = snapshots.find(({ name }) => name === snapshot.name)
        const files = [...(expected?.disks.flatMap(({ overlay }) => overlay ?? []) ?? []), expected?.memoryFile ?? []]
        const bytes = files.flat().reduce((sum, file) => sum + statSync(file).blocks * 512, 0)
        expect(snapshot.size, `${about}: ${snapshot.name}`).toMatchObject({ bytes, confidence: 'exact' })
      }
    }))

  it('tells what each internal snapshot alone holds inside its image, saved memory included', () => {
    for (const snapshot of snapshotsOf(guest('memory'))) {
      expect(snapshot.size).toMatchObject({ confidence: 'estimate', source: 'image-tables' })
      expect(snapshot.size.bytes).toBeGreaterThan(100_000)
    }
    for (const snapshot of snapshotsOf(guest('linear'))) {
      expect(snapshot.size).toMatchObject({ confidence: 'exact', source: 'image-tables' })
      expect(snapshot.size.bytes).toBeGreaterThan(0)
    }
  })

  it('explains overlays by the snapshots that made them, and says where none does', () => {
    const chainOf = (key: keyof Showcase['guests']) => valueIn(guest(key).disks)[0]?.chain ?? []
    expect(chainOf('external').map((image) => image.madeBySnapshot)).toEqual(['wednesday', 'tuesday', 'monday', null])
    expect(chainOf('external').some((image) => image.unexplained)).toBe(false)
    expect(chainOf('handOverlay').map((image) => image.unexplained)).toEqual([true, false])
    const file = showcase.guests.handOverlay.disks[0]?.active
    expect(findings('handOverlay')).toEqual([{ finding: 'overlay-unexplained', disk: 'vda', file }])
  })

  it('finds what a person should see', () => {
    expect(findings('managedSave')).toEqual([{ finding: 'managed-save' }])
    expect(findings('mixed')).toEqual([{ finding: 'mixed-chain' }])
    expect(findings('lostParent')).toContainEqual({ finding: 'parent-missing', snapshot: 'child', parent: 'vanished' })
    expect(findings('unmanaged')).toEqual([{ finding: 'torn-snapshot', snapshot: 'torn', disks: ['vdb'] }])
    expect(findings('uefi')).toEqual([{ finding: 'nvram-not-captured' }])
    expect(findings('linear')).toEqual([])
    expect(findings('tpm')).toEqual([])
    const golden = showcase.sharedBases[0]
    expect(findings('cloneOne')).toEqual([{ finding: 'shared-base', file: golden, otherGuests: ['clone02'] }])
  })

  it('says why a guest cannot', () => {
    const cause = (
      key: keyof Showcase['guests'],
      feature: 'snapshot.internal' | 'snapshot.external' | 'rollback.external',
    ) => {
      const support = guest(key).capabilities[feature]
      return support.ok ? 'ok' : support.why.code === 'unsupported' ? support.why.because.cause : support.why.code
    }
    expect(cause('linear', 'snapshot.internal')).toBe('ok')
    expect(cause('linear', 'snapshot.external')).toBe('mixed-chain')
    // Its raw disk lies below an overlay by now; what stands against an internal one is the external one.
    expect(cause('rawAndQcow2', 'snapshot.internal')).toBe('mixed-chain')
    expect(cause('rawAndQcow2', 'snapshot.external')).toBe('ok')
    const newer = chosenGeneration() === 'debian13'
    expect(cause('external', 'rollback.external')).toBe(newer ? 'ok' : 'needs-version')
    expect(cause('uefi', 'snapshot.internal')).toBe(newer ? 'mixed-chain' : 'needs-version')
    expect(cause('managedSave', 'snapshot.internal')).toBe('managed-save')
  })

  it('tells what every file of the pool is for', () => {
    const volumes = volumesIn(collection)
    const role = (path: string) => volumes.find((volume) => volume.path === path)?.role
    for (const file of [...showcase.orphans, ...showcase.leakedMemory]) expect(role(file), file).toBe('orphan')
    const left = volumes.filter((volume) => volume.role === 'orphan').map((volume) => volume.path)
    // A commit behind the snapshots leaves one overlay that only metadata still names: it is not an orphan.
    expect(left.sort()).toEqual([...showcase.orphans, ...showcase.leakedMemory].sort())
    expect(role(showcase.sharedBases[0] ?? '')).toBe('base')
    const clones = [showcase.guests.cloneOne.uuid, showcase.guests.cloneTwo.uuid].sort()
    expect(volumes.find((volume) => volume.path === showcase.sharedBases[0])?.usedBy).toEqual(clones)
    for (const { disks, snapshots } of Object.values(showcase.guests)) {
      for (const { active, backing } of disks) expect(role(active)).toBe(backing.length > 0 ? 'overlay' : 'disk')
      for (const { memoryFile } of snapshots) if (memoryFile !== undefined) expect(role(memoryFile)).toBe('memory')
    }
  })

  it('reads the configuration a snapshot saved, and the one now', async () => {
    const { uuid, name } = showcase.guests.branches
    const ref = { guest: { nativeId: uuid, name, node: '' }, nativeId: 'base', name: 'base' }
    const then = await hypervisor.configurationAt(ref, AbortSignal.timeout(10_000))
    const now = valueIn(guest('branches').configuration)
    expect(then).toEqual({ ok: true, value: now })
    expect(now).toMatchObject({ cpus: '1', memory: '32 MiB', 'disk vda': 'disk, virtio', 'disk vda format': 'qcow2' })
  })

  it('reads the same again from what it remembers', async () => {
    const again = await readWhole(hypervisor, false)
    expect(again.guests).toEqual(collection.guests)
  })

  it('as an observer reads the same guests, and says what it may not look into', async () => {
    const observer = openLab(lab, 'observe')
    const seen = await readWhole(observer)
    await observer.close()
    for (const { uuid, about, unmanaged } of Object.values(showcase.guests)) {
      const [theirs, ours] = [guestIn(seen, uuid), guestIn(collection, uuid)]
      expect(theirs.facts).toEqual(ours.facts)
      expect(valueIn(theirs.disks), about).toEqual(valueIn(ours.disks).map(withoutMaps))
      const managed = snapshotsOf(ours).filter((snapshot) => !snapshot.unmanaged)
      expect(snapshotsOf(theirs).map(({ name, parent, kind }) => ({ name, parent, kind }))).toEqual(
        managed.map(({ name, parent, kind }) => ({ name, parent, kind })),
      )
      const qcow2 = valueIn(theirs.disks).some((disk) => disk.format === 'qcow2')
      const reason = { code: 'not-permitted', privilege: 'storage_vol_download' }
      expect(valueIn(theirs.snapshots).imagesUnread, about).toEqual(qcow2 ? reason : undefined)
      expect(unmanaged.length === 0 || theirs.findings.every(({ finding }) => finding !== 'torn-snapshot')).toBe(true)
    }
  })
})
