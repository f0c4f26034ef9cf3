'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useId } from 'react'
import { changeUser } from '@/app/actions/users'
import { useAction } from '@/components/auth/use-action'
import { ROLES } from '@/lib/domain/permission'
import { PersonDialog, type PersonDialogProps } from './person-dialog'
import { RoleChoice } from './role-choice'
import { useLast } from './use-last'

/** Another role for a person. The last administrator keeps theirs, and is told why. */
export function PersonRole({ user, self, onClose, onDone }: PersonDialogProps) {
  const t = useTranslations('settings.people.role')
  const form = useId()
  const shown = useLast(user)
  const { run, busy, refusal, clear } = useAction(changeUser)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const chosen = new FormData(event.currentTarget).get('role')
    const role = ROLES.find((known) => known === chosen)
    if (user === null || role === undefined) return
    if (role === user.role) onDone()
    else run({ id: user.id, role }, onDone)
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
      note={self ? t('self') : null}
      form={form}
    >
      <form id={form} onSubmit={submit}>
        <RoleChoice label={t('label')} defaultValue={shown?.role ?? 'viewer'} />
      </form>
    </PersonDialog>
  )
}
