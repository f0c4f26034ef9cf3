'use client'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { setCleanUp } from '@/app/actions/clean-up'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Checkbox, Select } from '@/components/ui/choice'
import { TextField } from '@/components/ui/text-field'
import type { CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { GIB } from '@/lib/domain/units'
import { q } from '@/lib/web/queries'

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
/** Where nothing else is set: a handful is looked over by a person in a minute. */
const FIRST = { maxSnapshots: 5, maxPeakBytes: 10 * GIB }

type Props = { open: boolean; policy: CleanUpPolicyRow | null; onClose: () => void; onSaved: () => void }

/** Where, how much an hour, how much room for a while, and when not. */
export function CleanUpForm({ open, policy, onClose, onSaved }: Props) {
  const t = useTranslations('rules.cleanUp.form')
  const [busy, setBusy] = useState(policy !== null && policy.busyHours !== null)
  const action = useAction(setCleanUp)
  function submit(entries: FormData) {
    const text = (name: string) => String(entries.get(name) ?? '')
    const [connectionId = '', storageId = ''] = text('scope').split(' ')
    action.run(
      {
        ...(policy === null
          ? { connectionId, storageId: storageId === '' ? null : storageId }
          : { connectionId: policy.connectionId, storageId: policy.storageId }),
        enabled: entries.get('enabled') !== null,
        maxSnapshots: Number(text('maxSnapshots')),
        maxPeakBytes: Math.round(Number(text('maxPeak')) * GIB),
        busyHours: busy
          ? { from: text('busyFrom'), until: text('busyUntil'), days: policy?.busyHours?.days ?? EVERY_DAY }
          : null,
      },
      onSaved,
    )
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={policy === null ? t('addTitle') : t('changeTitle', { name: policy.scope })}
      submit={t('save')}
      busy={action.busy}
      refusal={action.refusal}
      onSubmit={submit}
    >
      {policy === null && <Where />}
      <div className="grid gap-4 md:grid-cols-2">
        <TextField
          name="maxSnapshots"
          type="number"
          min={1}
          max={50}
          required
          label={t('maxSnapshots')}
          defaultValue={policy?.maxSnapshots ?? FIRST.maxSnapshots}
        />
        <TextField
          name="maxPeak"
          type="number"
          min={0}
          step="any"
          required
          label={t('maxPeak')}
          defaultValue={(policy?.maxPeakBytes ?? FIRST.maxPeakBytes) / GIB}
        />
      </div>
      <p className="sw-hint">{t('maxPeakHint')}</p>
      <Checkbox label={t('busy')} checked={busy} onChange={(event) => setBusy(event.target.checked)} />
      {busy && (
        <div className="grid gap-4 grid-cols-2 max-w-80">
          <TextField
            name="busyFrom"
            type="time"
            required
            label={t('busyFrom')}
            defaultValue={policy?.busyHours?.from ?? '08:00'}
          />
          <TextField
            name="busyUntil"
            type="time"
            required
            label={t('busyUntil')}
            defaultValue={policy?.busyHours?.until ?? '20:00'}
          />
        </div>
      )}
      <Checkbox name="enabled" label={t('enabled')} defaultChecked={policy?.enabled ?? true} />
    </FormDialog>
  )
}

/** A connection, or one storage of it. */
function Where() {
  const t = useTranslations('rules.cleanUp.form')
  const { data: connections = [] } = useQuery(q.connections())
  const { data: storages = [] } = useQuery(q.storages())
  const options = connections.flatMap(({ id, name: connection }) => [
    [id as string, t('allOf', { connection })] as const,
    ...storages
      .filter(({ connectionId }) => connectionId === id)
      .map((storage) => [`${id} ${storage.id}`, t('oneOf', { connection, storage: storage.name })] as const),
  ])
  return <Select name="scope" label={t('scope')} required options={options} />
}
