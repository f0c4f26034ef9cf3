'use client'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { silenceAlert } from '@/app/actions/alert'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Segmented } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { TextField } from '@/components/ui/text-field'
import { notify } from '@/components/ui/toast'
import type { Alert } from '@/lib/domain/alert'
import { HOUR, type Instant, instantAt } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { useAlertWords } from './alert-words'

type Length = 'hour' | 'morning' | 'custom'

/** When the night is over for whoever sits before this screen. */
function nextMorning(): Instant {
  const morning = new Date()
  morning.setHours(9, 0, 0, 0)
  if (morning.getTime() <= Date.now()) morning.setDate(morning.getDate() + 1)
  return instantAt(morning.getTime())
}

/** Mutes notices: for how long, of what, and why. */
export function SilenceDialog({ alert, open, onClose }: { alert: Alert; open: boolean; onClose: () => void }) {
  const t = useTranslations('inbox.silence')
  const { title } = useAlertWords()
  const format = useFormat()
  const now = useNow()
  const [length, setLength] = useState<Length>('hour')
  const { run, busy, refusal } = useAction(silenceAlert)
  function submit(entries: FormData) {
    const custom = Date.parse(String(entries.get('until')))
    const until =
      length === 'hour'
        ? instantAt(Date.now() + HOUR)
        : length === 'morning'
          ? nextMorning()
          : Number.isNaN(custom)
            ? ''
            : instantAt(custom)
    const scope = entries.get('scope') === 'subject' ? { subjectOf: alert.id } : { alertId: alert.id }
    run({ scope, until, reason: String(entries.get('reason') ?? '') }, (made) => {
      notify.done({ title: t('done', { date: format.date(made.until, 'moment', now) }) })
      onClose()
    })
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={t('title', { name: title(alert) })}
      submit={t('confirm')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
      <p className="text-text-2">{t('text')}</p>
      <Segmented
        label={t('for')}
        name="length"
        value={length}
        onChange={setLength}
        options={[
          { value: 'hour', label: t('hour') },
          { value: 'morning', label: t('morning') },
          { value: 'custom', label: t('custom') },
        ]}
      />
      {length === 'custom' && <TextField name="until" type="datetime-local" label={t('until')} required />}
      <Segmented
        label={t('scope')}
        name="scope"
        defaultValue="alert"
        options={[
          { value: 'alert', label: t('alert') },
          { value: 'subject', label: t('subject', { name: alert.subjectName }) },
        ]}
      />
      <TextField
        name="reason"
        label={t('reason')}
        hint={t('reasonHint')}
        required
        maxLength={2_000}
        autoComplete="off"
      />
    </FormDialog>
  )
}
