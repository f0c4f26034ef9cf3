import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { type AlertInbox, INBOX_PAGE } from '@/lib/domain/alert-view'
import { type AlertId, asId } from '@/lib/domain/ids'
import { HOUR, instantAt } from '@/lib/domain/units'
import { TEST_NOW } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { acknowledge } from './acknowledge'
import { listInbox } from './inbox'
import { silence } from './silence'

let web: TestWeb
let operator: Actor

/** A night on which half the fleet fires: one emergency with an effect below it, 10 critical, 2,000 that can wait. */
beforeAll(async () => {
  web = await openTestWeb()
  operator = (await web.addUser('operator')).actor
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, value, value_at, under_id)
     SELECT id, 'rule', '', 'snapshot-count', 'guest', id, id, 'kvm', severity, severity, $1, $1, 5, $1, under
     FROM (
       SELECT 'warning-' || n, 'warning', NULL FROM generate_series(1, 2000) n
       UNION ALL SELECT 'critical-' || n, 'critical', NULL FROM generate_series(1, 10) n
       UNION ALL SELECT 'emergency', 'emergency', NULL
       UNION ALL SELECT 'effect', 'warning', 'emergency'
     ) AS made(id, severity, under)`,
    [TEST_NOW],
  )
})
afterAll(() => web.close())

const ctx = () => ({ ...web.contextOf(operator), now: TEST_NOW })
async function inbox(input: { show?: 'open' | 'silenced'; limit?: number } = {}): Promise<AlertInbox> {
  const read = await listInbox({ ctx: ctx(), input: { show: 'open', limit: INBOX_PAGE, ...input } })
  if (!read.ok) throw new Error(read.why.code)
  return read.value
}
const id = (text: string) => asId<AlertId>(text)

describe('an inbox of two thousand', () => {
  it('tells its first page, most urgent first, and how many there are', async () => {
    const { rows, total, counts } = await inbox()
    expect(rows).toHaveLength(INBOX_PAGE)
    expect(rows.slice(0, 2).map(({ alert, nested, group }) => [alert.id, nested, group])).toEqual([
      ['emergency', false, 'now'],
      ['effect', true, 'now'],
    ])
    expect(rows.filter(({ group }) => group === 'now')).toHaveLength(12)
    expect(total).toBe(2_012)
    expect(counts).toEqual({ now: 11, later: 2_000, silenced: 0 })
  })

  it('goes on as far as it is asked', async () => {
    expect((await inbox({ limit: 5_000 })).rows).toHaveLength(2_012)
  })

  it('moves what somebody has below what nobody has, and what is silenced out of the way', async () => {
    await acknowledge({ ctx: ctx(), input: { id: id('critical-1'), note: '', forMillis: HOUR } })
    const until = instantAt(Date.parse(TEST_NOW) + HOUR)
    await silence({ ctx: ctx(), input: { scope: { alertId: id('critical-2') }, until, reason: 'known' } })
    const open = await inbox()
    expect(open.counts).toEqual({ now: 9, later: 2_001, silenced: 1 })
    const muted = await inbox({ show: 'silenced' })
    expect(muted.rows.map(({ alert }) => [alert.id, alert.silence?.reason])).toEqual([['critical-2', 'known']])
  })
})
