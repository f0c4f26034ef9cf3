/** 30 rules over 10,000 guests with 100,000 snapshots: one evaluation, what it holds up, and how soon a receiver knows. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { AlertRule } from '../../lib/domain/alert'
import { type AlertRuleId, asId, type ChannelId } from '../../lib/domain/ids'
import { ok } from '../../lib/domain/result'
import { instantAt, MINUTE, SECOND } from '../../lib/domain/units'
import { SHIPPED_RULES } from '../../lib/engine/alerts/shipped-rules'
import { ensureShippedRules, insertRule } from '../../lib/store/alert-rules'
import { saveChannel } from '../../lib/store/channels'
import type { Store } from '../../lib/store/client'
import { withTransaction } from '../../lib/store/tx'
import { BIG_INVENTORY, fillBigInventory } from '../../lib/testing/big-inventory'
import { startAlerting } from '../../lib/worker/alerting'
import { evaluateAlerts } from '../../lib/worker/tasks/evaluate-alerts'
import { until } from '../testing/start-product'
import { holdConnections, startMeasured } from './product'
import type { Bench, Figure } from './report'
import { median, percentile, timed } from './stats'

const MOST_MS = 300
const MOST_DELAY_MS = 50
const MOST_TOLD_MS = 5_000
const RULES = 30
const ROUNDS = 15
const TOLD_ROUNDS = 5
/** Evaluations come this often. */
const BETWEEN = 15 * SECOND

export const alertsBench: Bench = {
  name: 'alerts',
  about: `${RULES} rules over 10,000 guests and 100,000 snapshots, and how soon a receiver knows`,
  async run({ say }) {
    const product = await startMeasured()
    try {
      say(`storing ${BIG_INVENTORY.guests} guests with ${BIG_INVENTORY.snapshots} snapshots`)
      await fillBigInventory(product.store)
      await holdConnections(product.store)
      await addRules(product.store)
      const evaluations = await evaluationFigures(product.store, say)
      return [...evaluations, await toldFigure(product.store)]
    } finally {
      await product.close()
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

const OPTIONS = { publicUrl: 'https://snapwarden.test', timeZone: 'UTC' }

/** One evaluation, again when the product's own worker was just at it. */
async function evaluate(store: Store, now: number) {
  for (;;) {
    const done = await evaluateAlerts(store, { now: instantAt(now), ...OPTIONS })
    if (done !== null) return done
  }
}

async function evaluationFigures(store: Store, say: (line: string) => void): Promise<Figure[]> {
  let now = Date.now()
  const first = await timed(() => evaluate(store, now))
  // Holds run out; what is to fire fires.
  now += 20 * MINUTE
  await evaluate(store, now)
  const [open] = await store.query<{ count: number }>('SELECT count(*) AS count FROM alerts WHERE resolved_at IS NULL')
  say(`${open?.count ?? 0} alerts fire`)
  const times: number[] = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for (let round = 0; round < ROUNDS; round += 1) {
    now += BETWEEN
    if (round === 2) delay.enable()
    const { millis } = await timed(() => evaluate(store, now))
    if (round >= 2) times.push(millis)
  }
  delay.disable()
  const spread = `${times.length} evaluations, ${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)} ms`
  return [
    {
      bench: 'alerts',
      what: `one evaluation of ${RULES} rules, median`,
      value: median(times),
      unit: 'ms',
      target: { most: MOST_MS },
      note: `${spread}, ${open?.count ?? 0} alerts fire; the very first, which writes them all, ${first.millis.toFixed(0)} ms`,
    },
    {
      bench: 'alerts',
      what: 'longest event-loop delay meanwhile',
      value: delay.max / 1e6,
      unit: 'ms',
      target: { most: MOST_DELAY_MS },
      note: `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
    },
  ]
}

/** From a stored reading that crosses a line to the receiver having the message. */
async function toldFigure(store: Store): Promise<Figure> {
  const receiver = await openReceiver()
  const channelId = asId<ChannelId>('bench-channel')
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  await store.query('UPDATE alert_rules SET enabled = (id = $1)', ['shipped-storage-used'])
  await evaluate(store, Date.now())
  await withTransaction(store, (tx) =>
    saveChannel(
      tx,
      {
        id: channelId,
        name: 'bench',
        settings: { kind: 'webhook', url: `http://127.0.0.1:${receiver.port}/` },
        route: { leastSeverity: 'emergency', connectionIds: [], tags: [], environments: [] },
        language: 'en',
        enabled: true,
        quietHours: null,
        repeatMillis: null,
        escalateAfterMillis: null,
        groupMillis: MINUTE,
        anyAddress: true,
      },
      'bench',
      instantAt(Date.now()),
    ),
  )
  const alerting = startAlerting({
    store,
    log: quiet,
    now: () => instantAt(Date.now()),
    ...OPTIONS,
    openSecret: async () => ok({ signingKey: 'bench' }),
  })
  const times: number[] = []
  try {
    for (let round = 1; round <= TOLD_ROUNDS; round += 1) {
      const before = receiver.received()
      await store.query(
        `UPDATE storages SET used_bytes = (capacity_bytes * 0.97)::bigint, collected_at = now() WHERE id = $1`,
        [`bench-storage-${round}`],
      )
      const { millis } = await timed(async () => {
        alerting.evaluate()
        await until(() => receiver.received() > before, 30_000)
      })
      times.push(millis)
    }
  } finally {
    await alerting.stop()
    await receiver.close()
  }
  return {
    bench: 'alerts',
    what: 'line crossed to message received, worst',
    value: percentile(times, 1),
    unit: 'ms',
    target: { most: MOST_TOLD_MS },
    note: `${times.length} emergencies over a signed webhook, median ${median(times).toFixed(0)} ms`,
  }
}

async function openReceiver(): Promise<{ port: number; received: () => number; close: () => Promise<void> }> {
  let received = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      received += 1
      response.writeHead(200).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
