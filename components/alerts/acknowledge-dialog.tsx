'use client'
import { useTranslations } from 'next-intl'
import { acknowledgeAlert } from '@/app/actions/alert'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Segmented } from '@/components/ui/choice'
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
  const { title } = useAlertWords()
  const { run, busy, refusal } = useAction(acknowledgeAlert)
  function submit(entries: FormData) {
    const hours = Number(entries.get('hours'))
    const until = hours > 0 ? { forMillis: hours * HOUR } : {}
    run({ id: alert.id, note: String(entries.get('note') ?? ''), ...until }, () => {
      notify.done({ title: t('done') })
      onClose()
    })
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={t('title', { name: title(alert) })}
      submit={t('button')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
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
    </FormDialog>
  )
}
