import { describe, expect, it } from 'vitest'
import type { Intent, Repair } from '@/lib/domain/plan'
import { MIB } from '@/lib/domain/units'
import { aDisk, aGuest, anImage, aSnapshot, aStorage, aVolume } from '@/lib/testing/builders'
import { aWorld, guestId, planOf, refusalOf, snapshotId, storageId } from './testing'

const repair = (guest: string, fix: Repair): Intent => ({ do: 'repair', guestId: guestId(guest), repair: fix })

describe('the doctor', () => {
  it('unlocks, but never what a failed rollback locked', () => {
    const locked = (lock: string) => aWorld('proxmox').withGuest(aGuest('crm').withFacts({ lock }))
    expect(planOf(locked('snapshot-delete'), repair('crm', { fix: 'unlock' })).steps[0]?.after).toEqual({
      holds: 'unlocked',
    })
    expect(
      refusalOf(locked('rollback'), repair('crm', { fix: 'unlock' })).checks.find(
        ({ id }) => id === 'guest-not-locked',
      ),
    ).toMatchObject({
      verdict: 'block',
      by: 'guard',
    })
  })

  it('removes an entry, and says that its data stays', () => {
    const world = aWorld().withGuest(
      aGuest('web').withSnapshots(aSnapshot('a').incomplete(), aSnapshot('b').childOf('a')),
    )
    const plan = planOf(world, repair('web', { fix: 'remove-entry', snapshotId: snapshotId('web', 'a') }))
    expect(plan.steps[0]?.command).toMatchObject({ do: 'snapshot.delete', how: 'entry' })
    expect(plan.predicted).toMatchObject({ snapshots: [{ name: 'b', parentName: null }] })
    expect(plan.consent).toBe('type-name')
  })

  it('adopts data without metadata, and removes it only while the guest is off', () => {
    const guest = aGuest('web').withSnapshots(aSnapshot('left').unmanaged()).currentOn(null)
    const adopted = planOf(
      aWorld().withGuest(guest),
      repair('web', { fix: 'adopt', snapshotId: snapshotId('web', 'left') }),
    )
    expect(adopted.predicted).toMatchObject({
      snapshots: [{ name: 'left', parentName: null }],
      currentParentName: null,
    })
    const remove = repair('web', { fix: 'delete-data', disk: 'vda', name: 'left' })
    expect(refusalOf(aWorld().withGuest(guest), remove).why).toMatchObject([{ code: 'unsupported' }])
    expect(planOf(aWorld().withGuest(guest.stopped()), remove).steps[0]?.after).toEqual({
      holds: 'no-unmanaged',
      name: 'left',
    })
  })

  it('deletes a leftover only when everything that could name it was read', () => {
    const pool = (role: 'orphan' | 'unknown' | 'base') =>
      aStorage('images').withVolumes(aVolume('old.mem', { role, allocatedBytes: MIB }))
    const world = (role: 'orphan' | 'unknown' | 'base') =>
      aWorld().withStorage(pool(role)).withGuest(aGuest('web')).withVolume({ path: '/images/old.mem' })
    const leftover = repair('web', { fix: 'delete-leftover', storageId: storageId('images'), volume: 'old.mem' })
    expect(planOf(world('orphan'), leftover).space[0]?.frees).toEqual({ min: MIB, max: MIB })
    expect(refusalOf(world('unknown'), leftover).checks.find(({ id }) => id === 'base-not-shared')?.verdict).toBe(
      'unknown',
    )
    expect(refusalOf(world('base'), leftover).checks.find(({ id }) => id === 'base-not-shared')?.verdict).toBe('block')
  })

  it('finishes a job that stands at 100 %, thaws, and checks images only while they are at rest', () => {
    const world = aWorld().withGuest(aGuest('web'))
    expect(planOf(world, repair('web', { fix: 'finish-job', disk: 'vda', end: 'pivot' })).steps[0]?.after).toEqual({
      holds: 'active-image-is-not',
      target: 'vda',
      file: '/images/vda.qcow2',
    })
    expect(planOf(world, repair('web', { fix: 'thaw' })).steps[0]?.proof).toBe('act')
    expect(refusalOf(world, repair('web', { fix: 'check-image', disk: 'vda' })).why).toMatchObject([
      { code: 'unsupported' },
    ])
    expect(
      planOf(aWorld().withGuest(aGuest('web').stopped()), repair('web', { fix: 'check-image', disk: 'vda' })).steps,
    ).toHaveLength(1)
  })
})

describe('merging a chain', () => {
  const merge = (more: object = {}): Intent => ({ do: 'merge', guestId: guestId('web'), ...more })
  const handmade = () =>
    aGuest('web').withDisks(
      aDisk('vda', {
        chain: [
          anImage('/images/hand.qcow2', { unexplained: true, allocatedBytes: 10 * MIB }),
          anImage('/images/vda.qcow2'),
        ],
      }),
    )

  it('folds layers that no snapshot explains into what lies below', () => {
    const plan = planOf(aWorld().withGuest(handmade()), merge())
    expect(plan.steps[0]).toMatchObject({
      command: { do: 'chain.merge', direction: 'commit', top: '/images/hand.qcow2', base: '/images/vda.qcow2' },
      after: { holds: 'chain-is', target: 'vda', files: ['/images/vda.qcow2'] },
    })
    expect(plan.losses).toEqual([])
  })

  it('never commits into a base that others read, and pulls into the guest’s own image instead', () => {
    const shared = { path: '/images/vda.qcow2', usedBy: [{ nativeId: 'other', name: 'clone' }] }
    const world = aWorld().withGuest(handmade()).withVolume(shared)
    const refused = refusalOf(world, merge({ direction: 'commit' }))
    expect(refused.why).toMatchObject([{ code: 'shared-base', readers: ['clone'] }])
    expect(refused.instead).toContainEqual(merge({ direction: 'pull' }))
    const plan = planOf(world, merge({ direction: 'pull' }))
    expect(plan.merges).toEqual([
      {
        guestId: guestId('web'),
        disk: 'vda',
        layers: ['/images/vda.qcow2'],
        into: '/images/hand.qcow2',
        direction: 'pull',
      },
    ])
  })

  it('names the snapshots whose deletion shortens the chain, when all layers are theirs', () => {
    const world = aWorld().withGuest(aGuest('web').withChain('a', 'b', 'c', 'd', 'e'))
    const refused = refusalOf(world, merge())
    expect(refused.why).toEqual([{ code: 'nothing-to-do', what: 'merge' }])
    expect(refused.instead).toEqual([
      {
        do: 'delete',
        guestId: guestId('web'),
        snapshotIds: [snapshotId('web', 'a'), snapshotId('web', 'b')],
        children: 'keep',
      },
    ])
  })
})
