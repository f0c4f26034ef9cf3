import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import { openStore, type Store } from '@/lib/store/client'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { type AlertMemory, emptyMemory } from './alert-memory'
import { evaluateAlerts } from './tasks/evaluate-alerts'
import { anyHistory, happen } from './testing/alert-history'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 4 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
const emptied = () =>
  store.query(
    `TRUNCATE connections, changes, alerts, alert_rules, alert_states, silences, channels, settings, operations, plans
     CASCADE`,
  )
beforeEach(emptied)

const evaluate = (now: Instant, memory?: AlertMemory) =>
  evaluateAlerts(store, { now, publicUrl: 'https://snap.example', timeZone: 'Asia/Shanghai' }, memory)

/** Runs and rolls back: what an evaluation without a memory would leave. */
async function whatItWouldLeave(now: Instant): Promise<unknown> {
  const undo = new Error('undone')
  let left: unknown
  await withTransaction(store, async (tx) => {
    await evaluateAlerts(tx, { now, publicUrl: 'https://snap.example', timeZone: 'Asia/Shanghai' })
    left = await leftBehind(tx)
    throw undo
  }).catch((error: unknown) => {
    if (error !== undo) throw error
  })
  return left
}

/** Everything an evaluation writes. Ids of alerts are drawn at random: their rule, subject and time stand for them. */
async function leftBehind(db: Pick<Store, 'query'>): Promise<unknown> {
  const name = (alert: string) => `${alert}.rule_id || ' ' || ${alert}.subject_id || ' ' || ${alert}.fired_at`
  const all = async (sql: string) => (await db.query<{ row: string }>(sql)).map(({ row }) => row).sort()
  return {
    states: await all(`SELECT s.rule_id || ' ' || s.subject_of || ' ' || s.subject_id || ' ' || s.state ||
      coalesce(${name('a')}, '') AS row FROM alert_states s LEFT JOIN alerts a ON a.id = s.alert_id`),
    alerts: await all(`SELECT (to_jsonb(a) - 'id' - 'under_id')::text || coalesce(${name('u')}, '') AS row
      FROM alerts a LEFT JOIN alerts u ON u.id = a.under_id`),
    events: await all(`SELECT ${name('a')} || ' ' || e.at || e.event || coalesce(e.severity, '') AS row
      FROM alert_events e JOIN alerts a ON a.id = e.alert_id`),
    told: await all(`SELECT ${name('a')} || ' ' || (to_jsonb(n) - 'alert_id') AS row
      FROM notify_logs n JOIN alerts a ON a.id = n.alert_id`),
    notices: await all(`SELECT d.channel_id || d.created_at || (d.notice ->> 'why') || (d.notice ->> 'title') ||
      (d.notice ->> 'lines') AS row FROM deliveries d`),
  }
}

describe('an evaluation that remembers the last one', () => {
  test('leaves exactly what one leaves that reads everything, whatever happens to the fleet', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        await emptied()
        const memory = emptyMemory()
        let now = instantAt(Date.now())
        for (const { events, afterMinutes, elsewhere } of history) {
          now = instantAt(Date.parse(now) + afterMinutes * MINUTE)
          for (const event of events) await happen(store, event, now)
          if (elsewhere) await evaluate(now)
          const expected = await whatItWouldLeave(now)
          await evaluate(now, memory)
          expect(await leftBehind(store)).toEqual(expected)
          // What it holds is what the database would tell, and at the same moment there is nothing more to decide.
          const read = emptyMemory()
          expect(await evaluate(now, read)).toEqual({ changes: 0, notices: 0 })
          expect({ ...memory, readAt: 0 }).toEqual({ ...read, readAt: 0 })
        }
      }),
      // The same ones each time: this is no place to find out something new on somebody else's change.
      { numRuns: 12, seed: 20_261_127 },
    )
  }, 240_000)
})
