'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useRef, useState } from 'react'
import { changeProfile } from '@/app/actions/profile'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import { isAbout } from './field-errors'
import { SubmitRow } from './section'

/** Asks for the password that is, and twice for the one that shall be. */
export function PasswordForm({ email, minLength }: { email: string; minLength: number }) {
  const t = useTranslations('settings.password')
  const { run, busy, refusal, clear } = useAction(changeProfile)
  const [differs, setDiffers] = useState(false)
  const [changed, setChanged] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const entries = new FormData(event.currentTarget)
    const text = (name: string) => String(entries.get(name) ?? '')
    setChanged(false)
    setDiffers(text('next') !== text('again'))
    if (text('next') !== text('again')) {
      clear()
      return
    }
    run({ password: { current: text('current'), next: text('next') } }, () => {
      setChanged(true)
      form.current?.reset()
    })
  }
  const wrong = isAbout(refusal, 'password.current')
  return (
    <form ref={form} onSubmit={submit} onInput={() => setDiffers(false)} className="flex flex-col gap-4">
      {/* Tells a password manager whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <TextField
        name="current"
        type="password"
        label={t('current')}
        required
        autoComplete="current-password"
        error={wrong ? t('wrong') : undefined}
      />
      <TextField
        name="next"
        type="password"
        label={t('next')}
        hint={t('hint', { min: String(minLength) })}
        required
        minLength={minLength}
        autoComplete="new-password"
      />
      <TextField
        name="again"
        type="password"
        label={t('again')}
        required
        autoComplete="new-password"
        error={differs ? t('differs') : undefined}
      />
      {refusal !== null && !wrong && <ReasonNotice reason={refusal} tone="critical" />}
      <SubmitRow done={changed ? t('changed') : null}>
        <Button type="submit" busy={busy}>
          {t('submit')}
        </Button>
      </SubmitRow>
    </form>
  )
}
