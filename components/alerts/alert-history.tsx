'use client'
/** What happened to an alert, and a word for whoever comes next. */
import { useTranslations } from 'next-intl'
import { type FormEvent, useId, useState } from 'react'
import { assignAlert, commentAlert } from '@/app/actions/alert'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { SeverityBadge } from '@/components/ui/severity'
import { TextField } from '@/components/ui/text-field'
import { DateTime } from '@/components/ui/time-ago'
import { shownActor } from '@/lib/domain/actor'
import type { AlertDetail } from '@/lib/domain/alert-view'
import { useMayNot } from './alert-words'

export function AlertHistory({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  return (
    <section>
      <h3>{t('history.heading')}</h3>
      <ol className="events">
        {alert.events.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what happened keeps its order
          <li key={index}>
            <span className="text-text-3">
              <DateTime at={each.at} />
            </span>
            <span>
              {t(`history.${each.event}`)}
              {each.severity !== null && (
                <>
                  {' '}
                  <SeverityBadge severity={each.severity} plain />
                </>
              )}
              {each.by !== null && <span className="text-text-3"> {shownActor(each.by)}</span>}
              {each.text !== '' && <span className="block">{each.text}</span>}
            </span>
          </li>
        ))}
      </ol>
      {alert.resolvedAt === null && <Assign alert={alert} />}
      <Comment alertId={alert.id} />
    </section>
  )
}

function Assign({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox.assign')
  const mayNot = useMayNot('alert.handle')
  const [name, setName] = useState('')
  const { run, busy, refusal } = useAction(assignAlert)
  const give = (assignee: string | null) => run({ id: alert.id, assignee }, () => setName(''))
  return (
    <form
      className="one-line"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        give(name)
      }}
    >
      <TextField
        label={t('label')}
        placeholder={t('hint')}
        value={name}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" busy={busy} disabledReason={mayNot} disabled={name.trim() === ''}>
        {t('button')}
      </Button>
      {alert.assignee !== null && (
        <Button busy={busy} disabledReason={mayNot} onClick={() => give(null)}>
          {t('remove')}
        </Button>
      )}
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </form>
  )
}

function Comment({ alertId }: { alertId: AlertDetail['id'] }) {
  const t = useTranslations('inbox.comment')
  const mayNot = useMayNot('alert.handle')
  const [text, setText] = useState('')
  const form = useId()
  const { run, busy, refusal } = useAction(commentAlert)
  return (
    <form
      id={form}
      className="one-line"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        run({ id: alertId, text }, () => setText(''))
      }}
    >
      <TextField
        label={t('label')}
        value={text}
        maxLength={2_000}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" busy={busy} disabledReason={mayNot} disabled={text.trim() === ''}>
        {t('button')}
      </Button>
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </form>
  )
}
