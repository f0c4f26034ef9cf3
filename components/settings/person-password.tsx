'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { resetPassword } from '@/app/actions/users'
import { useAction } from '@/components/auth/use-action'
import { TextField } from '@/components/ui/text-field'
import { notify } from '@/components/ui/toast'
import { PersonDialog, type PersonDialogProps } from './person-dialog'
import { useLast } from './use-last'

/** A new password for somebody who has forgotten theirs. */
export function PersonPassword({ user, onClose, onDone, minPassword }: PersonDialogProps & { minPassword: number }) {
  const t = useTranslations('settings.people.password')
  const form = useId()
  const shown = useLast(user)
  const { run, busy, refusal, clear } = useAction(resetPassword)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (user === null) return
    const password = String(new FormData(event.currentTarget).get('password') ?? '')
    run({ id: user.id, password }, () => {
      notify.done({ title: t('done', { name: user.name }) })
      onDone()
    })
  }
  return (
    <PersonDialog
      open={user !== null}
      onClose={() => {
        clear()
        onClose()
      }}
      title={t('title', { name: shown?.name ?? '' })}
      submit={t('submit')}
      busy={busy}
      refusal={refusal}
      note={null}
      form={form}
    >
      <form id={form} onSubmit={submit}>
        <TextField
          name="password"
          type="password"
          label={t('label')}
          hint={t('hint', { min: String(minPassword) })}
          required
          minLength={minPassword}
          autoComplete="new-password"
        />
      </form>
    </PersonDialog>
  )
}
