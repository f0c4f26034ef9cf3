import { describe, expect, it } from 'vitest'
import type { Plan } from '@/lib/domain/plan'
import { GIB } from '@/lib/domain/units'
import { aDisk, aGuest, aSnapshot, aStorage, hoursAgo } from '@/lib/testing/builders'
import { aWorld, guestId, LONG_AGO_HOURS, planned, planOf, refusalOf, snapshotId, toRollBack } from './testing'

const stepsOf = (plan: Plan) => plan.steps.map(({ key }) => key.slice(key.indexOf('-') + 1))
const lost = (plan: Plan) => plan.losses.map(({ kind, name }) => `${kind} ${name}`)
const check = (plan: { checks: Plan['checks'] }, id: string) => plan.checks.find((each) => each.id === id)

/** base ← a ← b (now), external, running */
const chain = () => aGuest('web').withChain('a', 'b')
const SAFETY = 'before_rollback_20261121_0900'

describe('rolling back an external chain on libvirt 11', () => {
  it('keeps today’s state first, and newer snapshots as a side branch', () => {
    const plan = planOf(aWorld().withGuest(chain()), toRollBack('web', 'a'))
    expect(stepsOf(plan)).toEqual([`take-${SAFETY}`, 'roll-back-to-a'])
    expect(plan.predicted).toEqual({
      snapshots: [
        { name: 'a', parentName: null },
        { name: 'b', parentName: 'a' },
        { name: SAFETY, parentName: 'b' },
      ],
      currentParentName: 'a',
      power: 'stopped',
    })
    expect(plan.keeps.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'snapshot a',
      'side-branch b',
      `side-branch ${SAFETY}`,
    ])
    expect(lost(plan)).toEqual(['writes-since b', 'memory web', 'configuration a'])
    expect(plan.losses[0]).toMatchObject({ bytes: { min: 0, max: GIB }, detail: { keptBy: SAFETY } })
    expect(plan.steps[1]).toMatchObject({ undo: plan.steps[0]?.key, proof: 'state' })
    expect(plan).toMatchObject({ consent: 'click', downtime: 'off' })
  })

  it('without one loses what changed since the newest snapshot, at most what its overlay holds', () => {
    const plan = planOf(aWorld().withGuest(chain()), toRollBack('web', 'a', { safetySnapshot: false }))
    expect(lost(plan)).toEqual(['writes-since b', 'way-back web', 'memory web', 'configuration a'])
    expect(plan.losses[0]?.bytes).toEqual({ min: 0, max: GIB })
    expect(plan.consent).toBe('type-name')
    expect(plan.space[0]).toMatchObject({ frees: { max: GIB - 192 * 1024 } })
    expect(plan.steps[0]?.after).toMatchObject({
      of: expect.arrayContaining([{ holds: 'active-image-is-not', target: 'vda', file: '/images/vda.b.qcow2' }]),
    })
  })

  it('plans the same again at another minute: every choice is in the intent', () => {
    const world = aWorld().withGuest(chain())
    const plan = planOf(world, toRollBack('web', 'a'))
    expect(plan.intent).toEqual(toRollBack('web', 'a', { safetySnapshot: true, safetyName: SAFETY }))
    expect(planOf(world, plan.intent).digest).toBe(plan.digest)
  })

  it('starts the guest only where asked, and resumes where memory was saved', () => {
    const power = (more: object, memory = false) => {
      const guest = aGuest('web').withSnapshots(
        memory ? aSnapshot('a').external().withMemory() : aSnapshot('a').external(),
      )
      return planOf(aWorld().withGuest(guest), toRollBack('web', 'a', { safetySnapshot: false, ...more })).predicted
        ?.power
    }
    expect(power({})).toBe('stopped')
    expect(power({ startAfter: true })).toBe('running')
    expect(power({}, true)).toBe('running')
  })

  it('shuts down cleanly first where asked', () => {
    const plan = planOf(aWorld().withGuest(chain()), toRollBack('web', 'a', { shutdown: true, startAfter: true }))
    expect(stepsOf(plan)).toEqual(['shut-down', `take-${SAFETY}`, 'roll-back-to-a'])
    expect(plan.predicted?.power).toBe('running')
  })
})

describe('rolling back on libvirt 9.0', () => {
  it('is not emulated: a new guest over what the snapshot froze, or the upgrade', () => {
    const refused = refusalOf(aWorld('libvirt', { version: '9.0.0' }).withGuest(chain()), toRollBack('web', 'a'))
    expect(refused.why).toEqual([
      {
        code: 'unsupported',
        feature: 'rollback.external',
        because: { cause: 'needs-version', needs: '9.9.0', has: '9.0.0' },
      },
    ])
    expect(check(refused, 'supported')?.by).toBe('hypervisor')
    const repair = { fix: 'fork', snapshotId: snapshotId('web', 'a'), as: 'web-a' }
    expect(refused.instead).toEqual([{ do: 'repair', guestId: guestId('web'), repair }])
    const fork = planOf(aWorld('libvirt', { version: '9.0.0' }).withGuest(chain()), refused.instead[0] as never)
    expect(fork.steps[0]?.command).toMatchObject({
      do: 'guest.fork',
      disks: [{ target: 'vda', overlay: '/images/web-a-vda.fork.qcow2' }],
    })
    expect(fork.predicted).toMatchObject({ currentParentName: 'b' })
  })

  it('works for internal snapshots; running ones come back running', () => {
    const guest = aGuest('db').withSnapshots(
      aSnapshot('a').with({ memory: 'saved', powerThen: 'running' }),
      aSnapshot('b').childOf('a'),
    )
    const world = aWorld('libvirt', { version: '9.0.0' }).withGuest(guest)
    const plan = planOf(world, toRollBack('db', 'a'))
    expect(plan.predicted).toMatchObject({ currentParentName: 'a', power: 'running' })
    // a running guest's internal snapshot holds its memory: nothing of today is lost
    expect(plan.steps[0]?.command).toMatchObject({
      do: 'snapshot.take',
      memory: 'saved',
      disks: [{ mode: 'internal' }],
    })
    expect(lost(plan)).toEqual(['writes-since b', 'configuration a'])
  })
})

describe('saved memory', () => {
  const saved = (snapshot = aSnapshot('a')) =>
    aWorld().withGuest(aGuest('db').stopped().withFacts({ managedSave: true }).withSnapshots(snapshot))

  it('stops a rollback, whatever libvirt would do', () => {
    expect(check(refusalOf(saved(), toRollBack('db', 'a')), 'no-saved-memory')?.by).toBe('guard')
    const withMemory = aSnapshot('a').with({ memory: 'saved', powerThen: 'running' })
    expect(check(refusalOf(saved(withMemory), toRollBack('db', 'a')), 'no-saved-memory')?.by).toBe('guard')
    expect(refusalOf(saved(), toRollBack('db', 'a')).instead).toContainEqual({
      do: 'repair',
      guestId: guestId('db'),
      repair: { fix: 'discard-saved-memory' },
    })
  })
})

describe('rolling back on Proxmox', () => {
  const guest = () =>
    aGuest('crm')
      .tagged('prod', 'hold')
      .withFacts({ protected: true, birthMark: 'ctime' })
      .withSnapshots(
        aSnapshot('a').native().takenAt(hoursAgo(3)),
        aSnapshot('b').native().childOf('a').takenAt(hoursAgo(2)),
      )
      .withDisks(
        aDisk('scsi0', { chain: null, storage: 'id-of-zfs' }),
        aDisk('scsi1', { chain: null, storage: 'id-of-zfs' }),
      )
  const zfs = aStorage('zfs').withFacts({ type: 'zfspool', path: null })
  const newestOnly = { 'rollback.internal': { ok: true, limits: { reach: 'newest-only' } } } as const
  const onZfs = () => aWorld('proxmox').withGuest(guest().capable(newestOnly)).withStorage(zfs)
  const anyReach = () => aWorld('proxmox').withGuest(guest()).withStorage(zfs)

  it('puts today’s tags and protection back, and says which disks drop out', () => {
    const plan = planOf(anyReach(), toRollBack('crm', 'a', { safetySnapshot: false }))
    expect(stepsOf(plan)).toEqual(['roll-back-to-a', 'put-tags-back'])
    expect(plan.steps[1]).toMatchObject({
      command: { do: 'guest.set-tags', tags: ['prod', 'hold'], protected: true },
      after: { holds: 'tags', tags: ['prod', 'hold'], protected: true },
      onFail: 'continue',
    })
    expect(lost(plan)).toContain('disk scsi1')
    expect(plan.predicted).toMatchObject({ currentParentName: 'a', power: 'stopped' })
    expect(plan.keeps).toContainEqual({ guestId: guestId('crm'), kind: 'side-branch', name: 'b' })
  })

  it('claims nothing of disks where the snapshot does not name its own', () => {
    const unnamed = aGuest('crm').withSnapshots(aSnapshot('a').native([]))
    const plan = planOf(aWorld('proxmox').withGuest(unnamed), toRollBack('crm', 'a', { safetySnapshot: false }))
    expect(lost(plan).filter((each) => each.startsWith('disk'))).toEqual([])
  })

  it('is refused past newer snapshots where only the newest can be gone back to, and offers to delete them first', () => {
    const refused = refusalOf(onZfs(), toRollBack('crm', 'a'))
    expect(refused.why).toEqual([{ code: 'blocked-by-newer-snapshots', blockers: ['b'] }])
    expect(check(refused, 'newest-only')?.by).toBe('hypervisor')
    expect(refused.instead).toEqual([toRollBack('crm', 'a', { deleteNewer: true })])
    const plan = planOf(onZfs(), refused.instead[0] as never)
    expect(stepsOf(plan)).toEqual(['delete-b', 'roll-back-to-a', 'put-tags-back'])
    expect(plan.predicted).toMatchObject({ snapshots: [{ name: 'a', parentName: null }], currentParentName: 'a' })
    expect(lost(plan)).toContain('newer-snapshot b')
    expect(lost(plan)).toContain('writes-since a')
  })

  it('takes no safety snapshot where it would itself block the rollback', () => {
    const plan = planOf(onZfs(), toRollBack('crm', 'b'))
    expect(stepsOf(plan)).toEqual(['roll-back-to-b', 'put-tags-back'])
    expect(plan.steps[0]?.before).toMatchObject({ of: expect.arrayContaining([{ holds: 'newest-is', name: 'b' }]) })
    expect(plan.steps[0]?.proof).toBe('act')
    expect(refusalOf(onZfs(), toRollBack('crm', 'b', { safetySnapshot: true })).instead).toEqual([
      toRollBack('crm', 'b', { safetySnapshot: false }),
    ])
  })

  it('asks HA to stop and to start, and goes by the guest’s own state', () => {
    const ha = aWorld('proxmox')
      .withGuest(guest().withFacts({ ha: true }))
      .withStorage(zfs)
    const plan = planOf(ha, toRollBack('crm', 'a', { safetySnapshot: false, startAfter: true }))
    expect(stepsOf(plan)).toEqual(['stop', 'roll-back-to-a', 'put-tags-back', 'start'])
    expect(plan.steps[1]?.command).toMatchObject({ powerAfter: 'as-saved' })
    expect(plan.steps.at(-1)?.after).toEqual({ holds: 'power', in: ['running'] })
    expect(plan.predicted?.power).toBe('running')
  })

  it('warns of replication, backups and the domain’s trust', () => {
    const risky = guest().withFacts({ replicated: true, lastBackup: { at: hoursAgo(5) } })
    const plan = planOf(
      aWorld('proxmox').withGuest(risky).withStorage(zfs),
      toRollBack('crm', 'a', { safetySnapshot: false }),
    )
    expect(lost(plan)).toEqual(expect.arrayContaining(['replication crm', 'backup-chain crm']))
    expect(check(plan, 'replication-safe')?.verdict).toBe('warn')
    expect(check(plan, 'backup-checkpoint')?.verdict).toBe('warn')
    const old = aGuest('crm').withSnapshots(aSnapshot('a').native().takenAt(hoursAgo(LONG_AGO_HOURS)))
    expect(check(planOf(aWorld('proxmox').withGuest(old), toRollBack('crm', 'a')), 'identity-risk')).toMatchObject({
      verdict: 'warn',
      why: { code: 'identity-risk', role: 'domain-member' },
    })
  })

  it('stops at a lock, a task, and another operation of ours', () => {
    const why = (facts: object, fields: object = {}) =>
      refusalOf(aWorld('proxmox').withGuest(guest().withFacts(facts), fields).withStorage(zfs), toRollBack('crm', 'a'))
        .why
    expect(why({ lock: 'backup' })).toEqual([{ code: 'guest-locked', lock: 'backup', text: 'backup' }])
    expect(why({ tasks: [{ task: 'vzdump', by: 'root@pam', since: null }] })).toEqual([
      { code: 'guest-busy', task: 'vzdump' },
    ])
    expect(why({}, { openOperation: 'op-1' })).toEqual([{ code: 'operation-running', operationId: 'op-1' }])
  })
})

describe('a target', () => {
  it('is never half a snapshot, nor data without metadata', () => {
    const half = aWorld().withGuest(aGuest('web').withSnapshots(aSnapshot('a').incomplete()))
    expect(check(refusalOf(half, toRollBack('web', 'a')), 'target-complete')).toMatchObject({
      verdict: 'block',
      by: 'guard',
    })
    const bare = aWorld().withGuest(aGuest('web').withSnapshots(aSnapshot('a').unmanaged()))
    expect(refusalOf(bare, toRollBack('web', 'a')).instead).toEqual([
      { do: 'repair', guestId: guestId('web'), repair: { fix: 'adopt', snapshotId: snapshotId('web', 'a') } },
    ])
  })

  it('is not planned on what was not read', () => {
    const blind = aWorld().withGuest(aGuest('web').withUnreadSnapshots({ code: 'interrupted' }))
    expect(check(refusalOf(blind, toRollBack('web', 'a')) as never, 'fresh-enough')).toMatchObject({
      verdict: 'unknown',
      by: 'guard',
    })
    expect(planned(aWorld().withGuest(aGuest('web')), toRollBack('other', 'a'))).toMatchObject({
      why: [{ code: 'missing', what: 'guest' }],
    })
  })
})

describe('a domain controller', () => {
  it('is never urged to keep today’s state by a snapshot, and told what a rollback breaks', () => {
    const plan = planOf(aWorld().withGuest(aGuest('dc01').withChain('a')), toRollBack('dc01', 'a'))
    expect(plan.steps).toHaveLength(1)
    expect(check(plan, 'identity-risk')).toMatchObject({
      verdict: 'warn',
      evidence: { role: 'domain-controller', from: 'dc01' },
    })
  })
})
