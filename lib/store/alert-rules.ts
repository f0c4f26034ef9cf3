/** Alert rules: the shipped ones, changed or not, and those people made. */
import type { AlertRule } from '@/lib/domain/alert'
import { type AlertRuleId, asId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { levelsSchema, ruleKindOf, ruleScopeSchema } from './alert-json'
import { recordChange } from './changes'
import type { Db } from './client'
import { cleanText } from './text'
import type { Tx } from './tx'

type RuleColumns = {
  id: string
  name: string
  kind: string
  levels: unknown
  holdMillis: number
  clearHoldMillis: number
  scope: unknown
  enabled: boolean
  shipped: boolean
  version: number
}

const COLUMNS = `id, name, kind, levels, hold_millis AS "holdMillis", clear_hold_millis AS "clearHoldMillis", scope,
  enabled, shipped, version`

const ruleFrom = (row: RuleColumns): AlertRule => ({
  ...row,
  id: asId<AlertRuleId>(row.id),
  kind: ruleKindOf(row.kind),
  levels: levelsSchema.parse(row.levels),
  scope: ruleScopeSchema.parse(row.scope),
})

/** All rules, shipped ones first, then by name. */
export async function listRules(db: Db): Promise<AlertRule[]> {
  const rows = await db.query<RuleColumns>(`SELECT ${COLUMNS} FROM alert_rules ORDER BY shipped DESC, lower(name), id`)
  return rows.map(ruleFrom)
}

/** One rule, null when there is none of this id. */
export async function findRule(db: Db, id: AlertRuleId): Promise<AlertRule | null> {
  const [row] = await db.query<RuleColumns>(`SELECT ${COLUMNS} FROM alert_rules WHERE id = $1`, [id])
  return row === undefined ? null : ruleFrom(row)
}

/** Puts in shipped rules that are not there yet; what people changed of them stays as they made it. */
export async function ensureShippedRules(tx: Tx, shipped: readonly AlertRule[], at: Instant): Promise<void> {
  for (const rule of shipped) {
    await tx.query(
      `INSERT INTO alert_rules (${INSERT_COLUMNS}) VALUES (${INSERT_VALUES}) ON CONFLICT (id) DO NOTHING`,
      [...valuesOf(rule), 'system:worker', at],
    )
  }
}

/** Adds a rule of somebody's own. */
export async function insertRule(tx: Tx, rule: AlertRule, by: string, at: Instant): Promise<void> {
  await tx.query(`INSERT INTO alert_rules (${INSERT_COLUMNS}) VALUES (${INSERT_VALUES})`, [
    ...valuesOf(rule),
    cleanText(by),
    at,
  ])
  await tellOfRules(tx)
}

/** Changes a rule; its version grows, so that every subject is judged anew at once. */
export async function updateRule(
  tx: Tx,
  id: AlertRuleId,
  change: Pick<AlertRule, 'name' | 'levels' | 'holdMillis' | 'clearHoldMillis' | 'scope' | 'enabled'>,
  by: string,
  at: Instant,
): Promise<Outcome<AlertRule>> {
  const [row] = await tx.query<RuleColumns>(
    `UPDATE alert_rules SET name = $2, levels = $3, hold_millis = $4, clear_hold_millis = $5, scope = $6, enabled = $7,
       version = version + 1, changed_by = $8, changed_at = $9 WHERE id = $1 RETURNING ${COLUMNS}`,
    [
      id,
      cleanText(change.name),
      JSON.stringify(change.levels),
      change.holdMillis,
      change.clearHoldMillis,
      JSON.stringify(change.scope),
      change.enabled,
      cleanText(by),
      at,
    ],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'rule', name: id })
  await tellOfRules(tx)
  return ok(ruleFrom(row))
}

/** Removes a rule of somebody's own. Shipped ones are switched off instead. */
export async function removeRule(tx: Tx, id: AlertRuleId): Promise<Outcome<AlertRule>> {
  const [row] = await tx.query<RuleColumns>(
    `DELETE FROM alert_rules WHERE id = $1 AND NOT shipped RETURNING ${COLUMNS}`,
    [id],
  )
  if (row === undefined) return refused({ code: 'missing', what: 'rule', name: id })
  await tellOfRules(tx)
  return ok(ruleFrom(row))
}

/** Pages read rules again, and workers judge by them now: who moved a line sees what it does. */
async function tellOfRules(tx: Tx): Promise<void> {
  await recordChange(tx, 'rules', null)
  await tx.query("SELECT pg_notify('snapwarden_work', 'rules')")
}

const INSERT_COLUMNS =
  'id, name, kind, levels, hold_millis, clear_hold_millis, scope, enabled, shipped, version, changed_by, changed_at'
const INSERT_VALUES = '$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12'

const valuesOf = (rule: AlertRule): unknown[] => [
  rule.id,
  cleanText(rule.name),
  rule.kind,
  JSON.stringify(rule.levels),
  rule.holdMillis,
  rule.clearHoldMillis,
  JSON.stringify(rule.scope),
  rule.enabled,
  rule.shipped,
  rule.version,
]
