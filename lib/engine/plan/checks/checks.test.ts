import { describe, expect, it } from 'vitest'
import { CHECK_IDS, type Check, type CheckId, type Intent } from '@/lib/domain/plan'
import type { PlanWorld } from '@/lib/domain/plan-world'
import { GIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aSnapshot, aStorage, aVolume, hoursAgo } from '@/lib/testing/builders'
import { aConnection, aWorld, planned, storageId, toDelete, toRollBack, toTake, type WorldBuilder } from '../testing'

const judged = (world: WorldBuilder | PlanWorld, intent: Intent, id: CheckId): Check | undefined => {
  const result = planned(world, intent)
  return (result.kind === 'plan' ? result.plan.checks : result.checks).find((check) => check.id === id)
}
const verdict = (...of: Parameters<typeof judged>) => {
  const check = judged(...of)
  return check === undefined ? 'not asked' : check.by === null ? check.verdict : `${check.verdict} by ${check.by}`
}

const web = () => aGuest('web').withChain('a', 'b')
const world = (guest = web()) => aWorld().withGuest(guest)
const proxmox = (facts: object = {}) =>
  aWorld('proxmox').withGuest(aGuest('crm').withFacts(facts).withSnapshots(aSnapshot('a').native()))
const no = (feature: 'snapshot.memory' | 'chain.merge', because: object) =>
  ({ [feature]: { ok: false, why: { code: 'unsupported', feature, because } } }) as never
const merge: Intent = { do: 'merge', guestId: 'g:web' as never }
const back = toRollBack('web', 'a')
const crm = toRollBack('crm', 'a', { safetySnapshot: false })

/** Every check at least passes once and says no once, where it can: what it looks at decides, nothing else. */
const ROWS: [CheckId, () => WorldBuilder | PlanWorld, Intent, string][] = [
  ['fresh-enough', () => world(), back, 'pass'],
  ['fresh-enough', () => world(web().withUnreadDisks({ code: 'interrupted' })), back, 'unknown by guard'],
  ['reachable', () => world(), back, 'pass'],
  [
    'reachable',
    () => aWorld('libvirt', { health: 'failing', lastError: { code: 'hung', silentForMillis: 9 } }).withGuest(web()),
    back,
    'block by guard',
  ],
  [
    'reachable',
    () => aWorld('proxmox', { changesRefused: { code: 'no-quorum' } }).withGuest(web()),
    back,
    'block by hypervisor',
  ],
  ['permitted', () => world(), back, 'pass'],
  ['permitted', () => world().with({ actor: { name: 'Li', permissions: ['plan.propose'] } }), back, 'warn'],
  ['permitted', () => aWorld('libvirt', { mode: 'observe' }).withGuest(web()), back, 'block by guard'],
  ['supported', () => world(), back, 'pass'],
  ['supported', () => aWorld('libvirt', { commands: false }).withGuest(web()), back, 'block by guard'],
  ['supported', () => proxmox({ template: true }), crm, 'block by hypervisor'],
  ['supported', () => aWorld('libvirt', { version: null }).withGuest(web()), toDelete('web', 'a'), 'unknown by guard'],
  ['supported', () => world(web().capable(no('chain.merge', { cause: 'guest-off' }))), merge, 'block by hypervisor'],
  ['guest-not-locked', () => proxmox(), crm, 'pass'],
  ['guest-not-locked', () => proxmox({ lock: 'snapshot-delete' }), crm, 'block by hypervisor'],
  ['no-task-running', () => proxmox({ tasks: [] }), crm, 'pass'],
  [
    'no-task-running',
    () => proxmox({ tasks: [{ task: 'qmclone', by: 'root@pam', since: null }] }),
    crm,
    'block by guard',
  ],
  ['no-operation-running', () => world(), back, 'pass'],
  ['no-operation-running', () => aWorld().withGuest(web(), { openOperation: 'op' as never }), back, 'block by guard'],
  ['not-held', () => world(), toDelete('web', 'a'), 'pass'],
  ['not-held', () => world().holding('web', 'a'), toDelete('web', 'a'), 'block by guard'],
  ['not-held', () => world().holding('web', 'b'), toDelete('web', 'a'), 'pass'],
  ['newest-only', () => world(), back, 'pass'],
  ['chain-depth', () => world(), toTake('web'), 'pass'],
  ['space-for-plan', () => world(), toDelete('web', 'a'), 'pass'],
  [
    'space-for-plan',
    () => world().withStorage(aStorage('images').sized(100 * GIB, 94.5 * GIB)),
    toDelete('web', 'a'),
    'block by guard',
  ],
  [
    'space-for-plan',
    () => world().withStorage(aStorage('images').withFacts({ availableBytes: null })),
    toDelete('web', 'a'),
    'unknown by guard',
  ],
  ['disks-covered', () => world(), back, 'pass'],
  ['disks-covered', () => world(web().withDisks(aDisk('vda'), aDisk('vdb'))), back, 'warn'],
  ['memory-compatible', () => world(), back, 'pass'],
  [
    'memory-compatible',
    () =>
      world(
        aGuest('web')
          .capable(no('snapshot.memory', { cause: 'passthrough', device: 'gpu' }))
          .withSnapshots(aSnapshot('a').withMemory()),
      ),
    back,
    'block by guard',
  ],
  ['snapshot-still-there', () => world(), back, 'pass'],
  ['snapshot-still-there', () => world(), toDelete('web', 'gone'), 'block by hypervisor'],
  ['target-complete', () => world(), back, 'pass'],
  ['target-complete', () => world(aGuest('web').withSnapshots(aSnapshot('a').incomplete())), back, 'block by guard'],
  ['children-handled', () => world(), toDelete('web', 'a'), 'pass'],
  ['not-mixed', () => world(), back, 'pass'],
  [
    'not-mixed',
    () => world(aGuest('web').withSnapshots(aSnapshot('a'), aSnapshot('b').external().childOf('a'))),
    back,
    'block by guard',
  ],
  ['no-saved-memory', () => world(), back, 'pass'],
  ['no-saved-memory', () => world(web().withFacts({ managedSave: null })), back, 'unknown by guard'],
  ['no-saved-memory', () => world(web().withFacts({ managedSave: true })), toDelete('web', 'a'), 'block by guard'],
  [
    'no-saved-memory',
    () => world(aGuest('web').withFacts({ managedSave: true }).withSnapshots(aSnapshot('a'))),
    toDelete('web', 'a'),
    'not asked',
  ],
  ['not-backup-owned', () => world(), toDelete('web', 'a'), 'pass'],
  [
    'not-backup-owned',
    () => aWorld('proxmox').withGuest(aGuest('crm').withSnapshots(aSnapshot('vzdump').native())),
    toDelete('crm', 'vzdump'),
    'block by guard',
  ],
  ['replication-safe', () => proxmox({ replicated: false }), crm, 'pass'],
  ['replication-safe', () => proxmox({ replicated: true }), crm, 'warn'],
  ['backup-checkpoint', () => proxmox({ lastBackup: { at: null } }), crm, 'pass'],
  ['backup-checkpoint', () => proxmox({ lastBackup: { at: hoursAgo(1) } }), crm, 'warn'],
  ['passthrough-media', () => world(), toTake('web'), 'pass'],
  [
    'passthrough-media',
    () => world(web().withDisks(aDisk('vda'), aDisk('sda', { device: 'lun' }))),
    toTake('web'),
    'block by hypervisor',
  ],
  ['same-guest', () => proxmox({ birthMark: 'ctime=1' }), crm, 'pass'],
  ['same-guest', () => proxmox(), crm, 'warn'],
  ['ha-managed', () => proxmox({ ha: true }), crm, 'pass'],
  ['base-not-shared', () => world(), toDelete('web', 'a'), 'pass'],
  ['firmware-state', () => world(), back, 'pass'],
  ['firmware-state', () => world(web().withFacts({ tpm: true })), back, 'warn'],
  ['identity-risk', () => world(), back, 'pass'],
  ['identity-risk', () => world(web().tagged('etcd')), back, 'warn'],
  ['name-free', () => world(), toTake('web', { name: 'c' }), 'pass'],
  ['name-free', () => world(), toTake('web', { name: 'a' }), 'block by hypervisor'],
  ['quiesce-possible', () => world(web().withFacts({ agent: 'connected' })), toTake('web', { quiesce: true }), 'pass'],
]

describe('each check', () => {
  it.each(ROWS)('%s', (id, make, intent, answer) => {
    expect(verdict(make(), intent, id)).toBe(answer)
  })

  it('has a row', () => {
    expect([...new Set(ROWS.map(([id]) => id))].sort()).toEqual([...CHECK_IDS].sort())
  })
})

describe('going on in spite of a check', () => {
  const tight = () => world().withStorage(aStorage('images').sized(100 * GIB, 94.5 * GIB))
  const forced = (intent: Intent, ...override: CheckId[]): Intent => ({ ...intent, override })

  it('takes an administrator, by name, and leaves the verdict as it is', () => {
    const intent = forced(toDelete('web', 'a'), 'space-for-plan')
    expect(planned(tight(), intent)).toMatchObject({ kind: 'plan' })
    expect(judged(tight(), intent, 'space-for-plan')).toMatchObject({ verdict: 'block', overridden: true })
    const operator = tight().with({ actor: { name: 'Li', permissions: ['plan.propose', 'snapshot.delete'] } })
    expect(planned(operator, intent)).toMatchObject({ kind: 'impossible' })
  })

  it('never helps against what the hypervisor refuses, a hold, or a known reader', () => {
    expect(planned(proxmox({ lock: 'backup' }), forced(crm, 'guest-not-locked'))).toMatchObject({ kind: 'impossible' })
    expect(planned(world().holding('web', 'a'), forced(toDelete('web', 'a'), 'not-held'))).toMatchObject({
      kind: 'impossible',
    })
    const mixed = world(aGuest('web').withSnapshots(aSnapshot('a'), aSnapshot('b').external().childOf('a')))
    expect(planned(mixed, forced(toDelete('web', 'a'), 'not-mixed'))).toMatchObject({ kind: 'impossible' })
  })
})

describe('a base on storage that other hosts may mount', () => {
  const other = aConnection('host-2', 'libvirt')
  const reader = { connectionId: other.id, path: '/images/vda.qcow2', usedBy: [{ nativeId: 'x', name: 'clone' }] }
  const twin = (capacity: number) => ({ connectionId: other.id, id: storageId('images-2'), sized: capacity })
  const shared = (capacity: number) => {
    const { connectionId, id, sized } = twin(capacity)
    return world()
      .withConnection(other)
      .withStorage(aStorage('images'))
      .withStorage(aStorage('images-2').withFacts({ path: '/images', capacityBytes: sized }), { connectionId, id })
      .withVolume({ ...reader, storageId: id })
  }

  it('counts readers of a storage with the same path and size, and none of one that is another', () => {
    expect(judged(shared(100 * GIB), toDelete('web', 'a'), 'base-not-shared')).toMatchObject({
      verdict: 'block',
      evidence: { readers: ['host-2: clone'] },
    })
    expect(verdict(shared(50 * GIB), toDelete('web', 'a'), 'base-not-shared')).toBe('pass')
  })

  it('does not take our own overlays, as the other host lists them, for readers', () => {
    const { connectionId, id } = twin(100 * GIB)
    const nfs = world()
      .withConnection(other)
      .withStorage(aStorage('images'))
      .withStorage(aStorage('images-2').withFacts({ path: '/images', capacityBytes: 100 * GIB }), { connectionId, id })
      .withVolume({ connectionId, storageId: id, path: '/images/vda.a.qcow2', backingFile: '/images/vda.qcow2' })
    expect(verdict(nfs, toDelete('web', 'a'), 'base-not-shared')).toBe('pass')
  })

  it('waits for what was never read of a network storage', () => {
    const never = aConnection('host-3', 'libvirt', { health: 'never-read' })
    const netfs = world()
      .withConnection(never)
      .withStorage(aStorage('images').withFacts({ type: 'netfs' }))
      .with({
        imagesUnread: [
          {
            connectionId: never.id,
            connectionName: 'host-3',
            section: 'guests',
            subject: null,
            why: { code: 'interrupted' },
          },
        ],
      })
    expect(verdict(netfs, toDelete('web', 'a'), 'base-not-shared')).toBe('unknown by guard')
    expect(verdict(world().withConnection(never), toDelete('web', 'a'), 'base-not-shared')).toBe('pass')
  })

  it('waits for a volume beside it of which nobody can tell what it reads through, unless it is passed over by name', () => {
    const dark = world().withStorage(aStorage('images').withVolumes(aVolume('dark', { backingUnread: true })))
    expect(judged(dark, toDelete('web', 'a'), 'base-not-shared')).toMatchObject({
      verdict: 'unknown',
      by: 'guard',
      why: { code: 'base-unknown', unread: ['/images/dark'] },
    })
    const clear = world().withStorage(aStorage('images').withVolumes(aVolume('dark')))
    const stepsOf = (made: ReturnType<typeof planned>) =>
      made.kind === 'plan' ? made.plan.steps.map(({ command }) => command) : []
    expect(stepsOf(planned(clear, toDelete('web', 'a')))).not.toContainEqual(
      expect.objectContaining({ unreadAccepted: expect.anything() }),
    )
    // Whoever carries it out looks again, and is told what was accepted: this one volume, and no other.
    const inSpite = planned(dark, { ...toDelete('web', 'a'), override: ['base-not-shared'] })
    expect(stepsOf(inSpite)).toContainEqual(
      expect.objectContaining({ do: 'snapshot.delete', unreadAccepted: [aVolume('dark').nativeId] }),
    )
  })

  it('is unknown outside every storage that is listed', () => {
    const outside = web().withDisks(
      aDisk('vda', {
        chain: [
          anImage('/images/vda.b.qcow2', { madeBySnapshot: 'b' }),
          anImage('/images/vda.a.qcow2', { madeBySnapshot: 'a' }),
          anImage('/elsewhere/base.qcow2'),
        ],
      }),
    )
    const lost = world(outside).build()
    lost.volumes = lost.volumes.filter(({ path }) => !path.startsWith('/elsewhere'))
    expect(judged(lost, toDelete('web', 'a'), 'base-not-shared')).toMatchObject({
      verdict: 'unknown',
      why: { code: 'base-unknown', file: '/elsewhere/base.qcow2' },
    })
  })
})
