/** 30 rules over 10,000 guests with 100,000 snapshots: one evaluation, what it holds up, and how soon a receiver knows. */
import type { AlertRule } from '../../lib/domain/alert'
import type { Channel } from '../../lib/domain/channel'
import { type AlertRuleId, asId, type ChannelId } from '../../lib/domain/ids'
import { instantAt, MINUTE, SECOND } from '../../lib/domain/units'
import { SHIPPED_RULES } from '../../lib/engine/alerts/shipped-rules'
import { ensureShippedRules, insertRule } from '../../lib/store/alert-rules'
import { saveChannel } from '../../lib/store/channels'
import type { Store } from '../../lib/store/client'
import { withTransaction } from '../../lib/store/tx'
import { BIG_INVENTORY, fillBigInventory } from '../../lib/testing/big-inventory'
import { type AlertMemory, emptyMemory, forget } from '../../lib/worker/alert-memory'
import { evaluateAlerts } from '../../lib/worker/tasks/evaluate-alerts'
import { toldFigure } from './alerts-told'
import { openBenchDatabase } from './database'
import { holdConnections } from './product'
import type { Bench, Figure } from './report'
import { median, percentile } from './stats'
import { type Held, watched } from './watched'

const MOST_MS = 300
const MOST_DELAY_MS = 50
/** A worker that just started reads everything once; what crosses a line meanwhile is still told within five seconds. */
const MOST_COLD_MS = 3_000
const RULES = 30
const ROUNDS = 40
const COLD_ROUNDS = 7
/** Evaluations that are not counted: what is to fire fires, and the compiler warms up. */
const WARM_UP_ROUNDS = 5
/** Evaluations come this often. */
const BETWEEN = 15 * SECOND
/** Guests that people and backups touch between two evaluations, on top of every host being read. */
const MOVED_GUESTS = 100

export const alertsBench: Bench = {
  name: 'alerts',
  about: `${RULES} rules over 10,000 guests and 100,000 snapshots, and how soon a receiver knows`,
  needsNoBuild: true,
  async run({ say }) {
    const database = await openBenchDatabase()
    const { store } = database
    try {
      say(`storing ${BIG_INVENTORY.guests} guests with ${BIG_INVENTORY.snapshots} snapshots`)
      await fillBigInventory(store)
      await holdConnections(store)
      await addRules(store)
      await addChannels(store)
      const evaluations = await evaluationFigures(store, say)
      return [...evaluations, await toldFigure(store, say)]
    } finally {
      await database.close()
    }
  },
}

/** The shipped rules, and as many again that look at parts of the fleet. */
async function addRules(store: Store): Promise<void> {
  const now = instantAt(Date.now())
  await withTransaction(store, async (tx) => {
    await ensureShippedRules(tx, SHIPPED_RULES, now)
    for (let index = SHIPPED_RULES.length; index < RULES; index += 1) {
      const shipped = SHIPPED_RULES[index % SHIPPED_RULES.length]
      if (shipped === undefined) throw new Error('there are no shipped rules')
      const scope: AlertRule['scope'] = {
        connectionIds: [],
        storageIds: [],
        tags: [`team-${index % 12}`],
        environments: [],
      }
      const id = asId<AlertRuleId>(`bench-rule-${index}`)
      await insertRule(
        tx,
        { ...shipped, id, name: `bench ${index}`, scope, shipped: false, enabled: true },
        'bench',
        now,
      )
    }
  })
}

/** One that hears of everything and repeats, one for what is critical: decisions for both are part of an evaluation. */
async function addChannels(store: Store): Promise<void> {
  const channel = (id: string, change: Partial<Channel>): Channel => ({
    id: asId<ChannelId>(id),
    name: id,
    settings: { kind: 'webhook', url: 'http://127.0.0.1:9/' },
    route: { leastSeverity: 'warning', connectionIds: [], tags: [], environments: [] },
    language: 'en',
    enabled: true,
    quietHours: null,
    repeatMillis: null,
    escalateAfterMillis: null,
    groupMillis: 0,
    anyAddress: true,
    ...change,
  })
  const critical = { leastSeverity: 'critical' as const, connectionIds: [], tags: [], environments: [] }
  const now = instantAt(Date.now())
  await withTransaction(store, async (tx) => {
    await saveChannel(tx, channel('bench-everything', { repeatMillis: 24 * 60 * MINUTE }), 'bench', now)
    await saveChannel(tx, channel('bench-critical', { route: critical }), 'bench', now)
  })
}

async function evaluationFigures(store: Store, say: (line: string) => void): Promise<Figure[]> {
  const clock = { now: Date.now(), round: 0 }
  const evaluate = async (memory: AlertMemory) => {
    clock.now += BETWEEN
    await moveFleet(store, clock)
    const options = { now: instantAt(clock.now), publicUrl: 'https://snapwarden.test', timeZone: 'UTC' }
    return watched(() => evaluateAlerts(store, options, memory))
  }
  const memory = emptyMemory()
  const first = await evaluate(memory)
  say(`the very first, which writes what fires: ${described(first)}`)
  // Holds run out; what is to fire fires.
  clock.now += 20 * MINUTE
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await evaluate(memory)
  const [open] = await store.query<{ count: number }>('SELECT count(*) AS count FROM alerts WHERE resolved_at IS NULL')
  say(`${open?.count ?? 0} alerts fire`)
  const steady: Held[] = []
  let changes = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const held = await evaluate(memory)
    changes += held.value.changes
    steady.push(held)
  }
  const cold: Held[] = []
  for (let round = 0; round < COLD_ROUNDS; round += 1) {
    forget(memory)
    cold.push(await evaluate(memory))
  }
  say(`cold: ${cold.map(described).join('; ')}`)
  const fleet = `${open?.count ?? 0} alerts fire, ${MOVED_GUESTS} guests and every storage moved, ${Math.round(changes / ROUNDS)} states written each`
  return [
    evaluationFigure('one evaluation, 95 of 100', steady, MOST_MS, fleet),
    evaluationFigure('the first evaluation of a worker, 95 of 100', cold, MOST_COLD_MS, 'everything is read'),
    delayFigure('event-loop delay while evaluating, longest', steady),
    delayFigure('event-loop delay in a first evaluation, longest', cold),
  ]
}

const described = ({ wallMs, cpuMs, delayMs }: Held): string =>
  `${wallMs.toFixed(0)} ms (${cpuMs.toFixed(0)} of the processor, loop held ${delayMs.toFixed(0)})`

function evaluationFigure(what: string, held: readonly Held[], most: number, note: string): Figure {
  const of = (each: (held: Held) => number) => held.map(each)
  const spread = (values: number[]) =>
    `median ${median(values).toFixed(0)}, 95 of 100 ${percentile(values, 0.95).toFixed(0)}`
  return {
    bench: 'alerts',
    what,
    value: percentile(
      of(({ cpuMs }) => cpuMs),
      0.95,
    ),
    unit: 'ms',
    target: { most },
    note: `processor time (${spread(of(({ cpuMs }) => cpuMs))}) of ${held.length}; by the clock, database included, ${spread(of(({ wallMs }) => wallMs))}; ${note}`,
  }
}

function delayFigure(what: string, held: readonly Held[]): Figure {
  const own = Math.max(...held.map(({ ownDelayMs }) => ownDelayMs))
  const any = held.map(({ delayMs }) => delayMs)
  return {
    bench: 'alerts',
    what,
    value: own,
    unit: 'ms',
    target: { most: MOST_DELAY_MS },
    note: `held by itself; ${Math.max(...any).toFixed(0)} ms (median ${median(any).toFixed(0)}) with what a busy machine adds`,
  }
}

/** What a living fleet does between two evaluations: every host was read, usage moved, some guests changed. */
async function moveFleet(store: Store, clock: { now: number; round: number }): Promise<void> {
  clock.round += 1
  const now = instantAt(clock.now)
  await store.query(
    'UPDATE connection_states SET guests_at = $1, storages_at = $1, last_answer_at = $1, last_attempt_at = $1',
    [now],
  )
  await store.query(
    `UPDATE storages SET used_bytes = used_bytes + 1073741824, available_bytes = available_bytes - 1073741824,
       collected_at = $1`,
    [now],
  )
  await store.query(
    `UPDATE guests SET chain_depth = coalesce(chain_depth, 0) + CASE WHEN $2 % 2 = 0 THEN 1 ELSE -1 END, collected_at = $1
     WHERE id = ANY (SELECT 'bench-guest-' || 1 + ($2 * 37 + n * 97) % $3 FROM generate_series(1, $4) AS n)`,
    [now, clock.round, BIG_INVENTORY.guests, MOVED_GUESTS],
  )
}
