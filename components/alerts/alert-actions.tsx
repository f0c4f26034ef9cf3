'use client'
/** What one can do with an alert: the flow that helps, acknowledge, silence. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { endSilence } from '@/app/actions/alert'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { useShortcut } from '@/components/ui/keyboard'
import { Notice } from '@/components/ui/notice'
import { notify } from '@/components/ui/toast'
import { shownActor } from '@/lib/domain/actor'
import { isAcknowledgedAt } from '@/lib/domain/alert'
import type { AlertDetail } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { AcknowledgeDialog } from './acknowledge-dialog'
import { useMayNot } from './alert-words'
import { reviewHref } from './review-href'
import { SilenceDialog } from './silence-dialog'

export function AlertActions({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const [asking, setAsking] = useState<'acknowledge' | 'silence' | null>(null)
  const mayNot = useMayNot('alert.handle')
  const open = alert.resolvedAt === null
  const able = open && mayNot === null
  useShortcut('a', () => setAsking('acknowledge'), { enabled: able })
  useShortcut('z', () => setAsking('silence'), { enabled: able && alert.silence === null })
  if (!open) return null
  return (
    <>
      <div className="actions">
        <FirstStep alert={alert} />
        <Button size="lg" keys="A" disabledReason={mayNot} onClick={() => setAsking('acknowledge')}>
          {t('acknowledge.button')}
        </Button>
        {alert.silence === null && (
          <Button size="lg" disabledReason={mayNot} onClick={() => setAsking('silence')} aria-keyshortcuts="z">
            {t('silence.button')}
          </Button>
        )}
      </div>
      <Silenced alert={alert} mayNot={mayNot} />
      <AcknowledgeDialog alert={alert} open={asking === 'acknowledge'} onClose={() => setAsking(null)} />
      <SilenceDialog alert={alert} open={asking === 'silence'} onClose={() => setAsking(null)} />
    </>
  )
}

/** The one button that helps most; where no plan is possible, the one that says why or can make it so. */
function FirstStep({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox.first')
  const { reclaim, subject, kind } = alert
  if (kind === 'orphaned-files') {
    return (
      <ButtonLink href={`/storage/${subject.id}#contents`} variant="primary" size="lg">
        {t('seeFiles')}
      </ButtonLink>
    )
  }
  const review = reclaim === null ? null : reviewHref(reclaim)
  if (reclaim === null || review === null) return null
  if (reclaim.noPlan?.code === 'observe-only') {
    return (
      <ButtonLink href={`/connections/${alert.connectionId}`} size="lg">
        {t('noPlan.connection')}
      </ButtonLink>
    )
  }
  return (
    <ButtonLink href={review.href} variant={reclaim.noPlan === null ? 'primary' : 'secondary'} size="lg">
      {reclaim.noPlan === null ? t('review', { count: String(review.count) }) : t('noPlan.checks')}
    </ButtonLink>
  )
}

function Silenced({ alert, mayNot }: { alert: AlertDetail; mayNot: string | null }) {
  const t = useTranslations('inbox.silence')
  const format = useFormat()
  const now = useNow()
  const { run, busy, refusal } = useAction(endSilence)
  const { silence } = alert
  if (silence === null) return null
  return (
    <Notice
      tone="info"
      className="mt-3"
      actions={
        <Button
          size="sm"
          busy={busy}
          disabledReason={mayNot}
          onClick={() => run({ id: silence.id }, () => notify.done({ title: t('ended') }))}
        >
          {t('end')}
        </Button>
      }
    >
      {t('now', {
        date: format.date(silence.until, 'moment', now),
        name: shownActor(silence.by),
        reason: silence.reason,
      })}
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </Notice>
  )
}

/** Who has it; or whom it goes to next. */
export function Escalation({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const now = useNow()
  if (alert.resolvedAt !== null) return null
  const { acknowledged, assignee, escalatesTo } = alert
  const held = acknowledged !== null && isAcknowledgedAt(alert, now) ? acknowledged : null
  return (
    <div className="who" role="status">
      {held !== null && (
        <p>
          {held.until === null
            ? t('has.by', { name: shownActor(held.by), date: format.date(held.at, 'moment', now) })
            : t('has.until', { name: shownActor(held.by), date: format.date(held.until, 'moment', now) })}
          {held.note !== '' && <span className="block">{held.note}</span>}
        </p>
      )}
      {assignee !== null && <p>{t('has.assignee', { name: assignee })}</p>}
      {held === null && assignee === null && <p>{t('has.nobody')}</p>}
      {escalatesTo !== null && (
        <p>{t('escalates', { channel: escalatesTo.channel, time: format.date(escalatesTo.at, 'time', now) })}</p>
      )}
    </div>
  )
}
