'use client'
/** One's own name, what this console looks like, and one's password. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { changeProfile } from '@/app/actions/profile'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { DefinitionList } from '@/components/ui/facts'
import { TextField } from '@/components/ui/text-field'
import type { ShellView } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'
import { Display, type InForce } from './display'
import { PasswordForm } from './password-form'
import { SettingsSection, SubmitRow } from './section'

type Props = { user: ShellView['user']; inForce: InForce; minPassword: number }

/** `user` is what the server read; `inForce` is this browser's, which a choice elsewhere may not have reached. */
export function ProfilePage({ user: first, inForce, minPassword }: Props) {
  const t = useTranslations('settings')
  const user = useQuery(q.shell()).data?.user ?? first
  return (
    <>
      <SettingsSection title={t('profile.you')} text={t('profile.youText')}>
        <You user={user} />
      </SettingsSection>
      <SettingsSection title={t('profile.display')} text={t('profile.displayText')}>
        <Display inForce={inForce} />
      </SettingsSection>
      <SettingsSection title={t('password.title')} text={t('password.text')}>
        <PasswordForm email={user.email} minLength={minPassword} />
      </SettingsSection>
    </>
  )
}

function You({ user }: { user: ShellView['user'] }) {
  const t = useTranslations('settings.profile')
  const words = useTranslations('words')
  const client = useQueryClient()
  const { run, busy, refusal } = useAction(changeProfile)
  const [saved, setSaved] = useState(false)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    run({ name }, () => {
      setSaved(true)
      void client.invalidateQueries(q.shell())
    })
  }
  return (
    <form onSubmit={submit} onChange={() => setSaved(false)} className="flex flex-col gap-4">
      <TextField name="name" label={t('name')} defaultValue={user.name} required maxLength={100} autoComplete="name" />
      {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
      <SubmitRow done={saved ? t('saved') : null}>
        <Button type="submit" busy={busy}>
          {t('save')}
        </Button>
      </SubmitRow>
      <DefinitionList
        items={[
          [
            t('email'),
            <span key="email">
              {user.email}
              <span className="block sw-hint">{t('emailHint')}</span>
            </span>,
          ],
          [
            t('role'),
            <span key="role">
              {words(`role.${user.role}`)}
              <span className="block sw-hint">{words(`roleHint.${user.role}`)}</span>
            </span>,
          ],
        ]}
      />
    </form>
  )
}
