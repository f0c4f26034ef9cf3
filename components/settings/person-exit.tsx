'use client'
/** The two ways a person stops having access: for a while, and for good. */
import { useTranslations } from 'next-intl'
import { changeUser, removeUser } from '@/app/actions/users'
import { useAction } from '@/components/auth/use-action'
import { PersonDialog, type PersonDialogProps } from './person-dialog'
import { useLast } from './use-last'

/** Whoever has just ended their own access has no page to go on with. */
const leave = () => window.location.assign('/sign-in')

export function DisablePerson({ user, self, onClose, onDone }: PersonDialogProps) {
  const t = useTranslations('settings.people.disable')
  const name = useLast(user)?.name ?? ''
  const { run, busy, refusal, clear } = useAction(changeUser)
  return (
    <PersonDialog
      danger
      open={user !== null}
      onClose={() => {
        clear()
        onClose()
      }}
      title={t('title', { name })}
      submit={t('submit', { name })}
      busy={busy}
      refusal={refusal}
      note={self ? t('self') : null}
      onSubmit={() => user !== null && run({ id: user.id, disabled: true }, self ? leave : onDone)}
    >
      <p>{t('text')}</p>
    </PersonDialog>
  )
}

export function RemovePerson({ user, self, onClose, onDone }: PersonDialogProps) {
  const t = useTranslations('settings.people.remove')
  const name = useLast(user)?.name ?? ''
  const { run, busy, refusal, clear } = useAction(removeUser)
  return (
    <PersonDialog
      danger
      open={user !== null}
      onClose={() => {
        clear()
        onClose()
      }}
      title={t('title', { name })}
      submit={t('submit', { name })}
      busy={busy}
      refusal={refusal}
      note={self ? t('self') : null}
      onSubmit={() => user !== null && run({ id: user.id }, self ? leave : onDone)}
    >
      <p>{t('text')}</p>
    </PersonDialog>
  )
}
