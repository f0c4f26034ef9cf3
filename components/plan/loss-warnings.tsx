'use client'
/** What a rollback undoes, said where warnings are read: each loss with its size, and with what keeps it or does not. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { SeverityIcon } from '@/components/ui/severity'
import type { Loss, LossKind, Plan } from '@/lib/domain/plan'
import { lossLines, rangeText } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'
import { safetySnapshotOf } from './plan-facts'

type LossWarning = { key: string; title: string; text: string; act?: ReactNode }

/** Replication and backups are checks of their own, which say the same. */
const TOLD_BY_CHECKS: readonly LossKind[] = ['replication', 'backup-chain']

/** Empty for a plan that is no rollback: elsewhere losses are what was asked for, and the headline says them. */
export function useLossWarnings(): (plan: Plan) => LossWarning[] {
  const t = useTranslations('plan')
  const format = useFormat()
  const words = useTranslations('words')
  const tools = { t, format }
  return (plan) => {
    if (!plan.parts.every(({ intent }) => intent.do === 'rollback')) return []
    const losses = plan.losses.filter(({ kind }) => !TOLD_BY_CHECKS.includes(kind))
    const [part] = plan.parts
    if (part === undefined || plan.parts.length > 1) {
      return lossLines(losses, tools).map(({ label, value }) => ({ key: label, title: label, text: value }))
    }
    const kinds = [...new Set(losses.map(({ kind }) => kind))]
    return kinds.flatMap((kind) => {
      const same = losses.filter((loss) => loss.kind === kind)
      const [first] = same
      return first === undefined ? [] : [{ key: kind, ...warningOf(kind, first, same) }]
    })

    function warningOf(kind: LossKind, loss: Loss, same: readonly Loss[]): Omit<LossWarning, 'key'> {
      const names = format.list(same.map(({ name }) => name))
      switch (kind) {
        case 'writes-since': {
          const size = loss.bytes === null ? t('bytes.unknown') : rangeText(loss.bytes, tools)
          const safety = safetySnapshotOf(plan)
          const title = t('undone.writes', { name: loss.name })
          return { title, text: safety === null ? t('undone.gone', { size }) : t('undone.kept', { size, safety }) }
        }
        case 'memory': {
          const power = words(`power.${part?.predicted.power ?? 'unknown'}`)
          const how = t(loss.detail.cleanly === true ? 'undone.cleanly' : 'undone.plug')
          return { title: t('undone.memory'), text: t('undone.after', { how, power }) }
        }
        case 'newer-snapshot':
          return { title: t('undone.newer', { count: same.length }), text: t('undone.newerText', { names }) }
        case 'disk':
          return { title: t('undone.disk', { names, count: same.length }), text: t('undone.diskText') }
        case 'configuration':
          return { title: t('undone.configuration'), text: t('undone.since', { name: loss.name }), ...changesOf(plan) }
        case 'way-back':
          return { title: t('undone.noWayBack'), text: t('undone.noWayBackText') }
        case 'replication':
        case 'backup-chain':
          return { title: t(`loss.${kind}`, { name: loss.name }), text: '' }
      }
    }

    function changesOf({ intent }: Plan): { act?: ReactNode } {
      if (intent.do !== 'rollback') return {}
      const href = `/guests/${intent.guestId}?snapshot=${intent.snapshotId}`
      return {
        act: (
          <Link className="sw-link text-12" href={href} prefetch={false}>
            {t('undone.see')}
          </Link>
        ),
      }
    }
  }
}

/** `brief` = their titles alone, where they are accepted by name. */
export function LossWarningLines({ warnings, brief = false }: { warnings: readonly LossWarning[]; brief?: boolean }) {
  return warnings.map(({ key, title, text, act }) => (
    <li key={key} className={brief ? 'sw-check-line py-1.5!' : 'sw-check-line'}>
      <SeverityIcon severity="warning" />
      <div className="min-w-0">
        <div className={brief ? 'wrap-anywhere' : 'title'}>{title}</div>
        {!brief && text !== '' && <div className="text">{text}</div>}
      </div>
      {!brief && act !== undefined ? <div className="act">{act}</div> : null}
    </li>
  ))
}
