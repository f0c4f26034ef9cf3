'use client'
import { useTranslations } from 'next-intl'
import { createToken } from '@/app/actions/tokens'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Segmented } from '@/components/ui/choice'
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
  const { run, busy, refusal, clear } = useAction(createToken)
  const close = () => {
    clear()
    onClose()
  }
  function submit(entries: FormData) {
    const name = String(entries.get('name') ?? '').trim()
    const role = ROLES.find((known) => known === entries.get('role')) ?? 'viewer'
    run({ name, role, days: Number(entries.get('days')) }, ({ secret, expiresAt }) =>
      onCreated({ name, secret, expiresAt }),
    )
  }
  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t('form.title')}
      submit={t('create')}
      busy={busy}
      refusal={refusal}
      onSubmit={submit}
    >
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
    </FormDialog>
  )
}
