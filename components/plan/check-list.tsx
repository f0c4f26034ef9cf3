'use client'
/** Checks of a plan: blockers with what works instead, warnings that go along to Confirm, passed ones in one line. */
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { useExplainTools } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { SeverityIcon } from '@/components/ui/severity'
import type { GuestId } from '@/lib/domain/ids'
import type { Check, CheckId } from '@/lib/domain/plan'
import { mayOverride } from '@/lib/engine/plan/may-override'
import { describeCheck } from '@/lib/i18n/checks'
import { evidenceLines } from '@/lib/i18n/evidence'
import { useFormat } from '@/lib/i18n/use-format'
import { sortChecks } from './plan-facts'

/** Name of the guest a check is about; of the only guest where it is about the plan as a whole. */
export type NameOf = (guestId: GuestId | null) => string

/** What an administrator may do about a guard of ours, by name; null = this person may not, which is told. */
export type Override = ((id: CheckId, on: boolean) => void) | null

type Props = {
  checks: readonly Check[]
  nameOf: NameOf
  override: Override
  /** warnings that are no check of the plan, before those that are */
  before?: ReactNode
}

export function CheckList({ checks, nameOf, override, before }: Props) {
  const t = useTranslations('plan.checks')
  const { blockers, warnings, overridden, passed } = sortChecks(checks)
  const lineOf = (check: Check, act?: ReactNode) => (
    <CheckLine key={`${check.id} ${check.guestId}`} check={check} nameOf={nameOf} act={act} />
  )
  return (
    <ul>
      {blockers.map((check) =>
        lineOf(
          check,
          mayOverride(check.id, check) && (
            <Button
              size="sm"
              disabledReason={override === null ? t('overrideAdmin') : null}
              title={t('overrideHint')}
              onClick={() => override?.(check.id, true)}
            >
              {t('override')}
            </Button>
          ),
        ),
      )}
      {overridden.map((check) =>
        lineOf(
          check,
          override !== null && (
            <Button size="sm" onClick={() => override(check.id, false)}>
              {t('overrideUndo')}
            </Button>
          ),
        ),
      )}
      {before}
      {warnings.map((check) => lineOf(check))}
      {passed.length > 0 && <PassedChecks checks={passed} nameOf={nameOf} />}
    </ul>
  )
}

/** What a check weighs: a stop is critical, an overridden one a warning that was accepted by name. */
const severityOf = (check: Check): 'ok' | 'warning' | 'critical' | 'stale' => {
  if (check.verdict === 'pass') return 'ok'
  if (check.verdict === 'warn' || check.overridden) return 'warning'
  return check.verdict === 'unknown' ? 'stale' : 'critical'
}

function CheckLine({ check, nameOf, act }: { check: Check; nameOf: NameOf; act?: ReactNode }) {
  const t = useTranslations('plan.checks')
  const text = useCheckText(nameOf)(check)
  return (
    <li className="sw-check-line">
      <SeverityIcon severity={severityOf(check)} />
      <div className="min-w-0">
        <div className="title">
          {text.title}
          {check.overridden && <span className="sw-tag ml-2">{t('overridden')}</span>}
          {check.by !== null && !check.overridden && (
            <span className="sw-tag ml-2" title={t(check.by === 'guard' ? 'byGuardHint' : 'byHypervisorHint')}>
              {t(check.by === 'guard' ? 'byGuard' : 'byHypervisor')}
            </span>
          )}
        </div>
        {text.text !== '' && <div className="text">{text.text}</div>}
        <Evidence check={check} />
      </div>
      {act ? <div className="act">{act}</div> : null}
    </li>
  )
}

/** A check in the reader's language, with the guest it is about. */
export function useCheckText(nameOf: NameOf): (check: Check) => { title: string; text: string } {
  const t = useTranslations('checks')
  const tools = useExplainTools()
  return (check) => describeCheck(check, nameOf(check.guestId), t, tools)
}

/** The facts a verdict rests on; nothing where there are none. */
function Evidence({ check }: { check: Check }) {
  const t = useTranslations('evidence')
  const format = useFormat()
  const now = useNow()
  const lines = evidenceLines(check.evidence, { t, format, now })
  if (lines.length === 0) return null
  return (
    <dl className="sw-evidence">
      {lines.map((line) => (
        <div key={line.label} className="contents">
          <dt>{line.label}</dt>
          <dd>{line.value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Passed checks by name; all of them unfold. */
const NAMED = 7

function PassedChecks({ checks, nameOf }: { checks: readonly Check[]; nameOf: NameOf }) {
  const t = useTranslations('plan.checks')
  const names = useTranslations('checks')
  const format = useFormat()
  const [open, setOpen] = useState(false)
  const kinds = [...new Set(checks.map((check) => check.id))]
  const named = kinds.slice(0, NAMED).map((id) => names(`${id}.what`))
  if (kinds.length > NAMED) named.push(t('more', { count: kinds.length - NAMED }))
  return (
    <>
      <li className="sw-check-line">
        <SeverityIcon severity="ok" />
        <div className="min-w-0">
          <span className="title">{t('passed', { count: String(checks.length) })}</span>{' '}
          <span className="text">{format.list(named)}</span>
        </div>
        <div className="act">
          <button type="button" className="sw-link text-12" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'hide' : 'show')}
          </button>
        </div>
      </li>
      {open && checks.map((check) => <CheckLine key={`${check.id} ${check.guestId}`} check={check} nameOf={nameOf} />)}
    </>
  )
}
