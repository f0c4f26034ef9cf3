/** Random histories of a small fleet, for what alerts make of them: every way in which an evaluation's world moves. */
import fc from 'fast-check'
import { DEFAULT_LIMITS } from '@/lib/domain/environment'
import { asId, type ChannelId, type ConnectionId, type GuestId, type SilenceId } from '@/lib/domain/ids'
import { DAY, GIB, HOUR, type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import { findRule, insertRule, listRules, removeRule, updateRule } from '@/lib/store/alert-rules'
import { acknowledgeAlert, endSilence, insertSilence, openAlerts, silencesAt } from '@/lib/store/alerts'
import { listChannels, removeChannel, saveChannel } from '@/lib/store/channels'
import type { Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { saveEnvironmentLimits, saveGuestEnvironment } from '@/lib/store/environments'
import { claimLease, type Lease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aGuest, aSnapshot, aStorage, aVolume } from '@/lib/testing/builders'
import { storeCollection } from '../store-collection'

type GuestShape = { tag: 'prod' | 'dev'; ages: number[]; memory: boolean; isLocked: boolean; isUnread: boolean }
type HostShape = { silent: boolean; used: number; second: number | null; overlayGib: number; guests: GuestShape[] }

export type Event =
  | { do: 'read'; host: 0 | 1; shape: HostShape }
  | { do: 'move-line'; fire: number; enabled: boolean }
  | { do: 'add-rule'; kind: 'storage-used' | 'snapshot-age' | 'chain-depth'; hold: number }
  | { do: 'remove-rule' | 'acknowledge' | 'end-silence' | 'remove-channel' | 'fail-operation'; pick: number }
  | { do: 'silence'; pick: number; minutes: number }
  | { do: 'say-environment'; pick: number; environment: 'production' | 'development' }
  | { do: 'set-limit'; days: number }
  | { do: 'channel'; least: 'warning' | 'critical'; repeat: number | null; escalate: number | null; enabled: boolean }
  | { do: 'remove-host'; host: 0 | 1 }

const host = fc.constantFrom(0 as const, 1 as const)
const pick = fc.nat(20)
const used = fc.constantFrom(0.4, 0.7, 0.76, 0.8, 0.84, 0.91, 0.96)
const guestShape: fc.Arbitrary<GuestShape> = fc.record({
  tag: fc.constantFrom('prod' as const, 'dev' as const),
  ages: fc.array(fc.constantFrom(1, 20, 100, 900), { maxLength: 5 }),
  memory: fc.boolean(),
  isLocked: fc.boolean(),
  isUnread: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
})
const reading: fc.Arbitrary<Event> = fc.record({
  do: fc.constant('read' as const),
  host,
  shape: fc.record({
    silent: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
    used,
    second: fc.option(used),
    overlayGib: fc.constantFrom(1, 30, 90),
    guests: fc.array(guestShape, { maxLength: 3 }),
  }),
})
const byPeople: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    do: fc.constant('move-line' as const),
    fire: fc.constantFrom(0.5, 0.8, 0.95),
    enabled: fc.integer({ min: 0, max: 3 }).map((value) => value > 0),
  }),
  fc.record({
    do: fc.constant('add-rule' as const),
    kind: fc.constantFrom('storage-used' as const, 'snapshot-age' as const, 'chain-depth' as const),
    hold: fc.constantFrom(0, 10 * MINUTE),
  }),
  fc.record({
    do: fc.constantFrom('remove-rule', 'acknowledge', 'end-silence', 'remove-channel', 'fail-operation'),
    pick,
  }),
  fc.record({ do: fc.constant('silence' as const), pick, minutes: fc.constantFrom(5, 60) }),
  fc.record({
    do: fc.constant('say-environment' as const),
    pick,
    environment: fc.constantFrom('production' as const, 'development' as const),
  }),
  fc.record({ do: fc.constant('set-limit' as const), days: fc.constantFrom(1, 30) }),
  fc.record({
    do: fc.constant('channel' as const),
    least: fc.constantFrom('warning' as const, 'critical' as const),
    repeat: fc.constantFrom(null, 30 * MINUTE),
    escalate: fc.constantFrom(null, 15 * MINUTE),
    enabled: fc.integer({ min: 0, max: 3 }).map((value) => value > 0),
  }),
  fc.record({ do: fc.constant('remove-host' as const), host }),
)

/** A step of a history: what happens, how long after the last one, and whether another worker evaluates in between. */
export type Step = { events: Event[]; afterMinutes: number; elsewhere: boolean }

export const anyHistory: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    events: fc.array(fc.oneof({ weight: 3, arbitrary: reading }, { weight: 2, arbitrary: byPeople }), { maxLength: 3 }),
    afterMinutes: fc.constantFrom(0, 1, 6, 11, 90),
    elsewhere: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
  }),
  { minLength: 4, maxLength: 10 },
)

const NAMES = ['kvm-gz-01', 'kvm-gz-02'] as const

/** Lets one event happen to what is stored. Events about something that is not there do nothing. */
export async function happen(store: Store, event: Event, now: Instant): Promise<void> {
  const nth = <T>(list: readonly T[], place: number): T | undefined => list[place % Math.max(1, list.length)]
  switch (event.do) {
    case 'read':
      return readHost(store, NAMES[event.host], event.shape, now)
    case 'remove-host':
      await store.query('DELETE FROM connections WHERE name = $1', [NAMES[event.host]])
      return
    case 'fail-operation':
      await failOperation(store, event.pick, now)
      return
    default:
      break
  }
  const alerts = await openAlerts(store)
  const silences = await silencesAt(store, now)
  const rules = await listRules(store)
  const channels = await listChannels(store)
  const guests = await store.query<{ id: GuestId }>('SELECT id FROM guests ORDER BY name, native_id')
  await withTransaction(store, async (tx) => {
    switch (event.do) {
      case 'move-line': {
        const rule = await findRule(tx, asId('shipped-storage-used'))
        if (rule === null) return
        const levels = [{ severity: 'warning' as const, fire: event.fire, clear: event.fire - 0.05 }]
        await updateRule(tx, rule.id, { ...rule, levels, enabled: event.enabled }, 'user:lin', now)
        return
      }
      case 'add-rule': {
        const shipped = rules.find(({ id }) => id === `shipped-${event.kind}`)
        if (shipped === undefined) return
        const id = asId<typeof shipped.id>(`own-${rules.length}-${now}-${event.kind}`)
        await insertRule(tx, { ...shipped, id, shipped: false, holdMillis: event.hold }, 'user:lin', now)
        return
      }
      case 'remove-rule': {
        const rule = nth(
          rules.filter(({ shipped }) => !shipped),
          event.pick,
        )
        if (rule !== undefined) await removeRule(tx, rule.id)
        return
      }
      case 'acknowledge': {
        const alert = nth(alerts, event.pick)
        const until = instantAt(Date.parse(now) + (event.pick % 2 === 0 ? HOUR : 5 * MINUTE))
        if (alert !== undefined) {
          await acknowledgeAlert(tx, alert.id, { by: 'user:lin', at: now, until, note: '' })
        }
        return
      }
      case 'silence': {
        const alert = nth(alerts, event.pick)
        if (alert === undefined) return
        const until = instantAt(Date.parse(now) + event.minutes * MINUTE)
        const id = asId<SilenceId>(`silence-${silences.length}-${now}`)
        const scope = event.pick % 2 === 0 ? { subject: alert.subject } : { tag: 'prod' }
        await insertSilence(tx, { id, scope, from: now, until, reason: 'known', by: 'user:lin' })
        return
      }
      case 'end-silence': {
        const silence = nth(silences, event.pick)
        if (silence !== undefined) await endSilence(tx, silence.id, now)
        return
      }
      case 'say-environment': {
        const guest = nth(guests, event.pick)
        if (guest === undefined) return
        const said = { environment: event.environment, owner: null, by: 'user:lin', at: now }
        await saveGuestEnvironment(tx, [guest.id], said)
        return
      }
      case 'set-limit':
        await saveEnvironmentLimits(tx, { ...DEFAULT_LIMITS, production: { ageLimitMillis: event.days * DAY } })
        return
      case 'channel': {
        const channel = {
          id: asId<ChannelId>(`channel-${channels.length}-${now}`),
          name: `ops ${channels.length} ${now}`,
          settings: { kind: 'webhook' as const, url: 'http://receiver' },
          route: { leastSeverity: event.least, connectionIds: [], tags: [], environments: [] },
          language: 'en' as const,
          enabled: event.enabled,
          quietHours: null,
          repeatMillis: event.repeat,
          escalateAfterMillis: event.escalate,
          groupMillis: 0,
          anyAddress: false,
        }
        await saveChannel(tx, channel, 'user:lin', now)
        return
      }
      case 'remove-channel': {
        const channel = nth(channels, event.pick)
        if (channel !== undefined) await removeChannel(tx, channel.id)
        return
      }
    }
  })
}

async function readHost(store: Store, name: string, shape: HostShape, now: Instant): Promise<void> {
  const [known] = await store.query<{ id: ConnectionId }>('SELECT id FROM connections WHERE name = $1', [name])
  const connectionId = known?.id ?? (await addHost(store, name))
  const lease = await ownedLease(store, connectionId)
  const collection = aCollection().at(now)
  if (shape.silent) {
    const reason = { code: 'unreachable', address: name, cause: 'timeout' } as const
    collection.unread('guests', reason).unread('storages', reason)
  } else {
    collection
      .withStorages(...storagesOf(shape))
      .withGuests(...shape.guests.map((guest, place) => guestOf(guest, place, now)))
  }
  const stored = await storeCollection(store, {
    lease,
    collection: collection.build(),
    thorough: true,
    requests: [],
    nextAttemptAt: () => now,
  })
  if (!stored.ok) throw new Error(stored.why.code)
}

/** Ours, whatever the machine's pace let run out meanwhile. */
async function ownedLease(store: Store, connectionId: ConnectionId): Promise<Lease> {
  await store.query('DELETE FROM connection_leases WHERE connection_id = $1', [connectionId])
  const lease = await claimLease(store, connectionId, 'worker-1')
  if (!lease.ok) throw new Error(lease.why.code)
  return lease.value
}

async function addHost(store: Store, name: string): Promise<ConnectionId> {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name,
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'test:///', cleartextAccepted: false },
      demo: false,
      createdBy: 'x',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  return added.value
}

const sized = (name: string, ratio: number) => aStorage(name).sized(100 * GIB, Math.round(ratio * 100) * GIB)

function storagesOf({ used, second, overlayGib, guests }: HostShape) {
  const overlay = aVolume('vda.1.qcow2', {
    role: 'overlay',
    allocatedBytes: overlayGib * GIB,
    usedBy: guests.map((_, place) => `id-of-guest-${place}`),
  })
  return [sized('images', used).withVolumes(overlay), ...(second === null ? [] : [sized('fast', second)])]
}

function guestOf({ tag, ages, memory, isLocked, isUnread }: GuestShape, place: number, now: Instant) {
  const guest = aGuest(`guest-${place}`).tagged(tag)
  if (isLocked) guest.withFacts({ lock: 'backup' })
  if (isUnread) return guest.withUnreadSnapshots({ code: 'interrupted' })
  const snapshots = ages.map((hours, index) => {
    const snapshot = aSnapshot(`s${index}`)
      .external({ vda: hours * GIB })
      .childOf(index === 0 ? null : `s${index - 1}`)
      .takenAt(instantAt(Date.parse(now) - hours * HOUR))
    return memory && index === 0 ? snapshot.withMemory() : snapshot
  })
  return guest.withSnapshots(...snapshots)
}

/** An operation of ours on some guest: one that failed, or one that still runs. */
async function failOperation(store: Store, pick: number, now: Instant): Promise<void> {
  await store.query(
    `INSERT INTO plans (id, kind, version, body, guest_ids, proposer, made_at)
     VALUES ('plan', 'delete', 1, '{}', '{}', 'user:lin', $1) ON CONFLICT DO NOTHING`,
    [now],
  )
  const isOver = pick % 2 === 0
  await store.query(
    `INSERT INTO operations (id, plan_id, kind, intent, connection_id, guest_id, guest_name, state, actor, asked_by,
       proposed_by, created_at, finished_at)
     SELECT 'operation-' || $2 || '-' || $3::text, 'plan', 'delete', '{}', connection_id, id, name, $4, '{}', 'user:lin',
       'user:lin', $3::timestamptz, $5::timestamptz FROM guests ORDER BY name, native_id OFFSET $1 LIMIT 1 ON CONFLICT DO NOTHING`,
    [pick % 3, String(pick), now, isOver ? 'failed' : 'running', isOver ? now : null],
  )
}
