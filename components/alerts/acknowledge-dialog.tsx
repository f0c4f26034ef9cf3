'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { acknowledgeAlert } from '@/app/actions/alert'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { notify } from '@/components/ui/toast'
import type { Alert } from '@/lib/domain/alert'
import { HOUR } from '@/lib/domain/units'
import { useAlertWords } from './alert-words'

/** A shift is eight hours. */
const HOURS = ['1', '4', '8'] as const

/** "I have it": for how long, and a word for the others. */
export function AcknowledgeDialog({ alert, open, onClose }: { alert: Alert; open: boolean; onClose: () => void }) {
  const t = useTranslations('inbox.acknowledge')
  const common = useTranslations('common.actions')
  const { title } = useAlertWords()
  const form = useId()
  const { run, busy, refusal } = useAction(acknowledgeAlert)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entries = new FormData(event.currentTarget)
    const hours = Number(entries.get('hours'))
    const until = hours > 0 ? { forMillis: hours * HOUR } : {}
    run({ id: alert.id, note: String(entries.get('note') ?? ''), ...until }, () => {
      notify.done({ title: t('done') })
      onClose()
    })
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('title', { name: title(alert) })}
      dismissable={false}
      footer={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            {t('button')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-text-2">{t('text')}</p>
        <Segmented
          label={t('for')}
          name="hours"
          defaultValue="0"
          options={[
            { value: '0', label: t('while') },
            ...HOURS.map((count) => ({ value: count, label: t('hours', { count }) })),
          ]}
        />
        <TextField name="note" label={t('note')} optional maxLength={2_000} autoComplete="off" />
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </form>
    </Dialog>
  )
}
