import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { type AlertId, asId } from '@/lib/domain/ids'
import { HOUR, instantAt } from '@/lib/domain/units'
import { TEST_NOW } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { acknowledge } from '../alert/acknowledge'
import { silence } from '../alert/silence'
import { getOverview } from './get'

let web: TestWeb
let operator: Actor

/** Five alerts: an emergency with an effect below it, a silent source, and two warnings. */
beforeAll(async () => {
  web = await openTestWeb()
  operator = (await web.addUser('operator')).actor
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, value, value_at, under_id)
     SELECT id, 'rule', '', kind, 'guest', id, id, 'kvm', severity, severity, $1, $1, 5, $1, under
     FROM (VALUES ('warning-1', 'snapshot-count', 'warning', NULL), ('warning-2', 'chain-depth', 'warning', NULL),
       ('silent', 'stale-data', 'warning', NULL), ('emergency', 'storage-used', 'emergency', NULL),
       ('effect', 'snapshot-age', 'warning', 'emergency')) AS made(id, kind, severity, under)`,
    [TEST_NOW],
  )
})
afterAll(() => web.close())

const ctx = () => ({ ...web.contextOf(operator), now: TEST_NOW })
async function told() {
  const view = await getOverview({ ctx: ctx(), input: {} })
  if (!view.ok) throw new Error(view.why.code)
  const { attention, attentionTotal, acknowledged } = view.value
  const names = attention.map(({ severity, because, name }) => [
    severity,
    because.what === 'alert' ? because.alert.id : name,
  ])
  return { names, attentionTotal, acknowledged }
}
const id = (text: string) => asId<AlertId>(text)

it('leads with the alerts of the inbox: causes alone, a silent source before warnings', async () => {
  expect(await told()).toEqual({
    names: [
      ['emergency', 'emergency'],
      ['stale', 'silent'],
      ['warning', 'warning-1'],
      ['warning', 'warning-2'],
    ],
    attentionTotal: 4,
    acknowledged: 0,
  })
})

it('has a silent source in front of more warnings than it lists', async () => {
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, value, value_at)
     SELECT 'more-' || n, 'rule', '', 'orphaned-files', 'storage', 'more-' || n, 'more', 'kvm', 'warning', 'warning',
       $1, $1, 5, $1 FROM generate_series(1, 60) n`,
    [TEST_NOW],
  )
  const { names, attentionTotal } = await told()
  expect(names.slice(0, 2)).toEqual([
    ['emergency', 'emergency'],
    ['stale', 'silent'],
  ])
  expect(attentionTotal).toBe(64)
  await web.store.query("DELETE FROM alerts WHERE id LIKE 'more-%'")
})

it('has what fills up in front of what is as bad and has no such moment', async () => {
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, value, value_at)
     SELECT 'later-' || kind, 'rule', '', kind, 'storage', kind, kind, 'kvm', 'warning', 'warning', fired, fired, 1, fired
     FROM (VALUES ('orphaned-files', $1::timestamptz), ('storage-used', $1::timestamptz + interval '1 hour'))
       AS made(kind, fired)`,
    [TEST_NOW],
  )
  const { names } = await told()
  expect(names.slice(2).map(([, name]) => name)).toEqual([
    'later-storage-used',
    'later-orphaned-files',
    'warning-1',
    'warning-2',
  ])
  await web.store.query("DELETE FROM alerts WHERE id LIKE 'later-%'")
})

it('tells what is so on many guests as one thing', async () => {
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, value, value_at)
     SELECT 'old-' || n, 'rule', '', 'snapshot-age', 'guest', 'old-' || n, 'old', 'kvm', 'warning', 'warning',
       $1, $1, 5, $1 FROM generate_series(1, 40) n`,
    [TEST_NOW],
  )
  const view = await getOverview({ ctx: ctx(), input: {} })
  expect(view).toMatchObject({
    value: {
      attentionTotal: 5,
      attention: expect.arrayContaining([
        { severity: 'warning', because: { what: 'alike', kind: 'snapshot-age', guests: 40 }, name: '', where: '' },
      ]),
    },
  })
  await web.store.query("DELETE FROM alerts WHERE id LIKE 'old-%'")
})

it('counts what somebody has, and leaves out what is silenced', async () => {
  await acknowledge({ ctx: ctx(), input: { id: id('warning-1'), note: '', forMillis: HOUR } })
  const until = instantAt(Date.parse(TEST_NOW) + HOUR)
  await silence({ ctx: ctx(), input: { scope: { alertId: id('warning-2') }, until, reason: 'known' } })
  expect(await told()).toEqual({
    names: [
      ['emergency', 'emergency'],
      ['stale', 'silent'],
    ],
    attentionTotal: 2,
    acknowledged: 1,
  })
})
