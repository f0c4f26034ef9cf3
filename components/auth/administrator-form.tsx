'use client'
import { useLocale, useTranslations } from 'next-intl'
import { type FormEvent, type ReactNode, useState } from 'react'
import { createAdministrator } from '@/app/actions/setup'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { FormError } from '@/components/ui/notice'
import { FooterBar } from '@/components/ui/page'
import { TextField } from '@/components/ui/text-field'
import { useAction } from './use-action'

/** Fewest characters of a password, as lib/services/passwords.ts holds it. */
type Props = { minLength: number; step: string; children: ReactNode }

export function AdministratorForm({ minLength, step, children }: Props) {
  const t = useTranslations('entry.administrator')
  const language = useLocale()
  const explain = useExplain()
  const { run, busy, refusal, clear } = useAction(createAdministrator)
  const [differs, setDiffers] = useState(false)
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    if (text('password') !== text('again')) {
      // What was refused before was about other entries.
      clear()
      setDiffers(true)
      return
    }
    run(
      {
        code: text('code'),
        name: text('name'),
        email: text('email'),
        password: text('password'),
        language: language === 'zh-CN' ? 'zh-CN' : 'en',
      },
      () => window.location.assign('/setup/connection'),
    )
  }
  const words = refusal === null ? null : explain(refusal)
  return (
    <form onSubmit={submit} onInput={() => setDiffers(false)} className="contents">
      <div className="sw-setup-body">
        {children}
        <div className="flex flex-col gap-5 max-w-100 mt-6">
          {words !== null && <FormError title={words.title}>{words.action}</FormError>}
          <TextField
            name="code"
            label={t('code')}
            hint={t('codeHint')}
            mono
            required
            autoComplete="off"
            spellCheck={false}
          />
          <TextField name="name" label={t('name')} required autoComplete="name" />
          <TextField
            name="email"
            type="email"
            label={t('email')}
            hint={t('emailHint')}
            required
            autoComplete="username"
          />
          <TextField
            name="password"
            type="password"
            label={t('password')}
            hint={t('passwordHint', { min: String(minLength) })}
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
        </div>
      </div>
      <FooterBar note={step}>
        <Button type="submit" variant="primary" busy={busy}>
          {t('submit')}
        </Button>
      </FooterBar>
    </form>
  )
}
