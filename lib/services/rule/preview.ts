import { z } from 'zod'
import { type AlertRule, RULE_KINDS } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import type { RulePreview } from '@/lib/domain/alert-view'
import { type AlertRuleId, asId, type StorageId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { DAY, epochMillis, HOUR, instantAt } from '@/lib/domain/units'
import { breachedLevel } from '@/lib/engine/alerts/level'
import { measure } from '@/lib/engine/alerts/measure'
import { REPLAYED_KINDS, type ReplayedKind, replayRule } from '@/lib/engine/alerts/replay'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { alertFacts } from '@/lib/store/alert-facts'
import { pastHours } from '@/lib/store/alert-past'
import { environmentLimits } from '@/lib/store/environments'
import { type Context, mayNot, type Verb } from '../context'
import { ruleContent, unfitLevels } from './content'

const DAYS = 30
/** More than a page is of use to nobody; the total is told. */
const MOST_FIRINGS = 50

export const previewRuleInput = z.object({ kind: z.enum(RULE_KINDS), ...ruleContent })

/** What the rule would have fired on in the last 30 days where the past is kept, else what it would fire on now. */
export const previewRule: Verb<z.output<typeof previewRuleInput>, RulePreview> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'rule.manage')
  if (no !== null) return no
  const unfit = unfitLevels(input)
  if (!unfit.ok) return unfit
  // Asked as if it were on: the question is what it would do.
  const rule: AlertRule = { ...input, enabled: true, id: asId<AlertRuleId>('preview'), shipped: false, version: 1 }
  const facts = await alertFacts(ctx.store, ctx.now, environmentOf)
  const limits = await environmentLimits(ctx.store)
  const subjects = measure(rule, { facts, limits, now: ctx.now })
  const kind = REPLAYED_KINDS.find((each) => each === rule.kind)
  const past = kind === undefined ? null : await replayed(ctx, rule, kind, facts, subjects)
  const firings = past?.firings ?? firingNow(rule, subjects, ctx)
  return ok({
    days: DAYS,
    firings: firings.slice(0, MOST_FIRINGS),
    firingsTotal: firings.length,
    subjects: subjects.length,
    untold: subjects.filter(({ reading }) => !reading.told).length,
    since: past?.since ?? null,
  })
}

type Firings = RulePreview['firings']

type Subjects = ReturnType<typeof measure>

const firingNow = (rule: AlertRule, subjects: Subjects, ctx: Context): Firings =>
  subjects.flatMap(({ name, where, reading }) => {
    const level = reading.told ? breachedLevel(rule, reading.value) : null
    return level === null ? [] : [{ subjectName: name, where, severity: level.severity, from: ctx.now, until: null }]
  })

async function replayed(
  ctx: Context,
  rule: AlertRule,
  kind: ReplayedKind,
  facts: AlertFacts,
  subjects: Subjects,
): Promise<{ firings: Firings; since: RulePreview['since'] }> {
  const wanted = new Set<StorageId>(subjects.flatMap(({ subject }) => (subject.of === 'storage' ? [subject.id] : [])))
  const from = instantAt(epochMillis(ctx.now) - DAYS * DAY)
  const past = await pastHours(ctx.store, [...wanted], from)
  const firings = facts.storages
    .filter(({ id }) => wanted.has(id))
    .flatMap(({ id, name, connectionName }) =>
      replayRule(rule, kind, past.get(id) ?? [], HOUR).map((firing) => ({
        subjectName: name,
        where: connectionName,
        ...firing,
      })),
    )
    .sort((a, b) => (a.from < b.from ? 1 : -1))
  const first = [...past.values()].flatMap((hours) => hours.slice(0, 1)).map(({ at }) => at)
  return { firings, since: first.sort()[0] ?? null }
}
