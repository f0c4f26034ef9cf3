'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { createToken } from '@/app/actions/tokens'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { ROLES, type Role } from '@/lib/domain/permission'
import type { Instant } from '@/lib/domain/units'
import { RoleChoice } from './role-choice'

/** What is known only now: the secret is kept nowhere. */
export type NewSecret = { name: string; secret: string; expiresAt: Instant }

/** Nobody renews by chance: a quarter is the default, a year the most. */
const DAYS = ['30', '90', '365'] as const

/** The form of a new token. Its role is at most one's own. */
export function NewToken({
  open,
  onClose,
  ownRole,
  onCreated,
}: {
  open: boolean
  onClose: () => void
  ownRole: Role
  onCreated: (made: NewSecret) => void
}) {
  const t = useTranslations('settings.tokens')
  const common = useTranslations('common.actions')
  const form = useId()
  const { run, busy, refusal, clear } = useAction(createToken)
  const close = () => {
    clear()
    onClose()
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entries = new FormData(event.currentTarget)
    const name = String(entries.get('name') ?? '').trim()
    const role = ROLES.find((known) => known === entries.get('role')) ?? 'viewer'
    run({ name, role, days: Number(entries.get('days')) }, ({ secret, expiresAt }) =>
      onCreated({ name, secret, expiresAt }),
    )
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title={t('form.title')}
      dismissable={false}
      footer={
        <>
          <Button onClick={close}>{common('cancel')}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          name="name"
          label={t('form.name')}
          hint={t('form.nameHint')}
          required
          maxLength={120}
          autoComplete="off"
        />
        <RoleChoice label={t('form.role')} defaultValue="viewer" atMost={ownRole} />
        <Segmented
          label={t('form.days')}
          name="days"
          defaultValue="90"
          options={DAYS.map((days) => ({ value: days, label: t('form.daysOption', { days }) }))}
        />
        {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      </form>
    </Dialog>
  )
}
