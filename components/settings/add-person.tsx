'use client'
import { useLocale, useTranslations } from 'next-intl'
import { createUser } from '@/app/actions/users'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { TextField } from '@/components/ui/text-field'
import { ROLES } from '@/lib/domain/permission'
import { isAbout } from './field-errors'
import { RoleChoice } from './role-choice'

/** A new person with a first password, which is handed over by whoever types it here. */
export function AddPerson({
  open,
  onClose,
  onDone,
  minPassword,
}: {
  open: boolean
  onClose: () => void
  onDone: () => void
  minPassword: number
}) {
  const t = useTranslations('settings.people')
  const language = useLocale() === 'zh-CN' ? 'zh-CN' : 'en'
  const { run, busy, refusal, clear } = useAction(createUser)
  const close = () => {
    clear()
    onClose()
  }
  function submit(entries: FormData) {
    const text = (name: string) => String(entries.get(name) ?? '')
    const role = ROLES.find((known) => known === text('role')) ?? 'viewer'
    run({ name: text('name'), email: text('email'), password: text('password'), role, language }, onDone)
  }
  const badEmail = isAbout(refusal, 'email')
  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t('form.title')}
      submit={t('add')}
      busy={busy}
      refusal={badEmail ? null : refusal}
      onSubmit={submit}
    >
      <TextField name="name" label={t('form.name')} required maxLength={100} autoComplete="off" />
      <TextField
        name="email"
        type="email"
        label={t('form.email')}
        hint={t('form.emailHint')}
        required
        autoComplete="off"
        error={badEmail ? t('form.emailWrong') : undefined}
      />
      <RoleChoice label={t('form.role')} defaultValue="viewer" />
      <TextField
        name="password"
        type="password"
        label={t('form.password')}
        hint={t('form.passwordHint', { min: String(minPassword) })}
        required
        minLength={minPassword}
        autoComplete="new-password"
      />
    </FormDialog>
  )
}
