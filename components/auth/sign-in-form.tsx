'use client'
import { useTranslations } from 'next-intl'
import type { FormEvent } from 'react'
import { signIn } from '@/app/actions/session'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { FormError } from '@/components/ui/notice'
import { TextField } from '@/components/ui/text-field'
import { useAction } from './use-action'

export function SignInForm({ next }: { next: string }) {
  const t = useTranslations('entry.signIn')
  const explain = useExplain()
  const { run, busy, refusal } = useAction(signIn)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    run({ email: String(form.get('email')), password: String(form.get('password')) }, () => {
      // A page load, not a navigation: nothing that was rendered for nobody stays in memory.
      window.location.assign(next)
    })
  }
  const words = refusal === null ? null : explain(refusal)
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {words !== null && <FormError title={words.title}>{words.action}</FormError>}
      <TextField
        large
        name="email"
        type="email"
        label={t('email')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        autoFocus
      />
      <TextField large name="password" type="password" label={t('password')} autoComplete="current-password" required />
      <Button type="submit" variant="primary" size="lg" full busy={busy}>
        {t('submit')}
      </Button>
    </form>
  )
}
