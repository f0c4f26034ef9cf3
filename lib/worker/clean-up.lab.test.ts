/**
 * Automatic clean-up, all of it real: Snapwarden takes the snapshots itself, the file system runs full under running
 * guests, and the policy deletes what is over without anybody. What is held, not over, or somebody else's stays.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Notice } from '@/lib/domain/channel'
import { asId, type ChannelId, type GuestId, type OperationId, type SnapshotId } from '@/lib/domain/ids'
import type { Intent } from '@/lib/domain/plan'
import { DAY, GIB, HOUR, type Instant, instantAt, MIB, MINUTE } from '@/lib/domain/units'
import { setCleanUp } from '@/lib/services/clean-up/set'
import { placeHold } from '@/lib/services/hold/place'
import { confirmPlan } from '@/lib/services/plan/confirm'
import { proposePlan } from '@/lib/services/plan/propose'
import { alertEvents, closedAlerts, openAlerts } from '@/lib/store/alerts'
import { listAudit } from '@/lib/store/audit'
import { saveChannel } from '@/lib/store/channels'
import { withTransaction } from '@/lib/store/tx'
import { type FullStorageWorld, openFullStorageWorld, until } from './testing/full-storage-world'

const SIZE_MIB = 400
const WRITTEN_MIB = 96
const SMALL_MIB = 4

describeWithLab('automatic clean-up of a storage at 96 %', () => {
  let world: FullStorageWorld
  let full: LabGuest
  let other: LabGuest

  beforeAll(async () => {
    world = await openFullStorageWorld(SIZE_MIB, async (lab, pool) => {
      const disk = { format: 'qcow2', directory: pool } as const
      full = await lab.defineGuest({ name: 'web-dev', running: true, disks: [{ ...disk, sizeMiB: 256 }] })
      other = await lab.defineGuest({ name: 'db-dev', running: true, disks: [{ ...disk, sizeMiB: 64 }] })
      await lab.writeBlocks(full.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: WRITTEN_MIB })
      await lab.writeBlocks(other.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: SMALL_MIB })
      // Somebody's own, taken past Snapwarden.
      const overlay = `vda,file=${join(pool, 'db-dev.theirs.qcow2')}`
      await lab.expectVirsh('snapshot-create-as', other.uuid, 'theirs', '--disk-only', '--diskspec', overlay)
    })
  })
  afterAll(() => world?.close())

  const guestId = async ({ name }: LabGuest): Promise<GuestId> => {
    const [row] = await world.store.query<{ id: string }>('SELECT id FROM guests WHERE name = $1', [name])
    return asId<GuestId>(row?.id ?? '')
  }
  const snapshots = async ({ uuid }: LabGuest): Promise<string[]> =>
    (await world.lab.expectVirsh('snapshot-list', uuid, '--name')).trim().split('\n').sort()

  /** As a person does it: planned, confirmed, carried out by the worker. */
  async function take(guest: LabGuest, name: string, expiresAt: Instant): Promise<void> {
    const id = await guestId(guest)
    const intent: Intent = { do: 'take', guestId: id, name, memory: false, quiesce: false, kind: 'external', expiresAt }
    const proposed = await proposePlan({ ctx: world.ctx(), input: { intent } })
    if (!proposed.ok || proposed.value.planned.kind !== 'plan') throw new Error(JSON.stringify(proposed))
    const { id: planId, digest, consentText } = proposed.value.planned.plan
    const input = { id: planId, digest, typedName: consentText }
    const confirmed = await confirmPlan({ ctx: world.ctx(), input })
    if (!confirmed.ok || confirmed.value.result !== 'confirmed') throw new Error(JSON.stringify(confirmed))
    const ended = await world.endOf(confirmed.value.operationId)
    expect(ended.state, JSON.stringify(ended)).toBe('succeeded')
    await world.lab.writeBlocks(guest.uuid, {
      target: 'vda',
      offsetMiB: 0,
      sizeMiB: guest === full ? WRITTEN_MIB : SMALL_MIB,
      pattern: 0x33,
    })
  }

  async function aChannel(): Promise<void> {
    const route = { leastSeverity: 'emergency' as const, connectionIds: [], tags: [], environments: [] }
    const saved = await withTransaction(world.store, (tx) =>
      saveChannel(
        tx,
        {
          id: asId<ChannelId>('on-call'),
          name: 'on call',
          settings: { kind: 'webhook', url: 'https://hook.example' },
          route,
          language: 'en',
          enabled: true,
          quietHours: null,
          repeatMillis: null,
          escalateAfterMillis: null,
          groupMillis: 0,
          anyAddress: false,
        },
        'user:lin',
        world.ctx().now,
      ),
    )
    if (!saved.ok) throw new Error(saved.why.code)
  }

  it('deletes what is ours, over and not held by itself, ends the alert, and tells everybody', {
    timeout: 900_000,
  }, async () => {
    const { store, lab } = world
    await aChannel()
    await world.collect()
    const tomorrow = instantAt(Date.now() + DAY)
    await take(full, 'over', tomorrow)
    await take(other, 'held', tomorrow)
    await take(other, 'not-over', tomorrow)
    // A day later, for two of them.
    await store.query(`UPDATE snapshot_notes SET expires_at = $1 WHERE snapshot_name IN ('over', 'held')`, [
      instantAt(Date.now() - HOUR),
    ])
    const [held] = await store.query<{ id: string }>(`SELECT id FROM snapshots WHERE name = 'held'`)
    const placed = await placeHold({
      ctx: world.ctx(),
      input: { snapshotId: asId<SnapshotId>(held?.id ?? ''), note: 'audit' },
    })
    expect(placed.ok).toBe(true)
    const limits = { enabled: true, maxSnapshots: 5, maxPeakBytes: GIB, busyHours: null }
    const policy = await setCleanUp({
      ctx: world.ctx(),
      input: { connectionId: world.connectionId, storageId: null, ...limits },
    })
    expect(policy.ok).toBe(true)

    await world.fill(0.04)
    await world.collect()

    // Nobody does anything from here on.
    const started = await until(async () => {
      const [row] = await store.query<{ id: string; askedBy: string }>(
        `SELECT id, asked_by AS "askedBy" FROM operations WHERE asked_by LIKE 'policy:%'`,
      )
      return row
      // Where a reading came between its plan and its consent, the worker itself tries again five minutes later.
    }, 7 * MINUTE).catch(async (error: unknown) => {
      const runs = await store.query('SELECT outcome FROM clean_up_runs')
      throw new Error(`no clean-up began: ${JSON.stringify(runs)}`, { cause: error })
    })
    expect(started.askedBy).toBe('policy:kvm-01')
    const ended = await world.endOf(asId<OperationId>(started.id))
    expect(ended.state, JSON.stringify(ended)).toBe('succeeded')
    expect(ended.spaceActual[0]?.freedBytes).toBeGreaterThan(0.8 * WRITTEN_MIB * MIB)
    const closed = await until(async () =>
      (await closedAlerts(store, 10, null)).find(({ kind }) => kind === 'storage-used'),
    )
    expect(closed.subjectName).toBe('images')
    expect((await openAlerts(store)).filter(({ kind }) => kind === 'storage-used')).toEqual([])

    // Only that one: of its guest nothing is left, the other's three are where they were.
    expect(await snapshots(full)).toEqual([''])
    expect(await snapshots(other)).toEqual(['held', 'not-over', 'theirs'])
    const operations = await store.query(`SELECT id FROM operations WHERE asked_by LIKE 'policy:%'`)
    expect(operations).toHaveLength(1)

    const audited = async () => (await listAudit(store, { limit: 100 })).entries
    const begun = await until(async () => (await audited()).find(({ action }) => action === 'clean-up.started'))
    expect(begun.detail).toMatchObject({ by: 'policy:kvm-01', snapshots: 1 })
    const told = (await audited()).filter(({ actor }) => actor === 'policy:kvm-01').map(({ action }) => action)
    expect(told).toEqual(expect.arrayContaining(['plan.proposed', 'plan.confirmed']))
    const events = (await alertEvents(store, closed.id)).map(({ event }) => event)
    expect(events).toEqual(expect.arrayContaining(['fired', 'cleaned-up', 'resolved']))
    // The end is told alone, or in one notice with an alert that came while the storage was full.
    const isEnd = ({ why, alertIds }: Notice) => ['resolved', 'many'].includes(why) && alertIds.includes(closed.id)
    await until(async () => world.notices.some(isEnd) && world.notices.some(({ why }) => why === 'clean-up'))
    expect(world.notices.filter(({ why }) => why === 'clean-up')).toHaveLength(1)
    expect(world.notices.find(({ why }) => why === 'clean-up')?.title).toContain('1 expired snapshot is being deleted')

    // Both ran all the time, and read what they wrote last.
    for (const [guest, size] of [
      [full, WRITTEN_MIB],
      [other, SMALL_MIB],
    ] as const) {
      expect((await lab.expectVirsh('domstate', guest.uuid)).trim()).toBe('running')
      const disks = await lab.expectVirsh('domblklist', guest.uuid)
      const file = /vda\s+(\S+)/.exec(disks)?.[1] ?? ''
      await lab.expectVirsh('destroy', guest.uuid)
      const read = await lab.runInside('qemu-io', ['-r', '-c', `read -P 0x33 0 ${size}M`, file])
      expect(`${read.stdout}${read.stderr}`).not.toMatch(/failed|error/i)
      expect(read.stdout).toContain('read')
    }
  })
})
