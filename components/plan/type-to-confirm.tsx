'use client'
/** Consent in writing: the name is typed or pasted, and the page says how far it matches. */
import { useTranslations } from 'next-intl'
import { useId } from 'react'
import { type Plan, TYPED_CONSENT_ABOVE_ITEMS } from '@/lib/domain/plan'
import { consentBecause } from './plan-facts'
import { matchTyped } from './typed-match'

type Props = { plan: Plan; value: string; onChange: (value: string) => void }

export function TypeToConfirm({ plan, value, onChange }: Props) {
  const t = useTranslations('plan.confirm')
  const id = useId()
  const match = matchTyped(plan.consentText, value)
  return (
    <div>
      <label htmlFor={id} className="font-strong">
        {t.rich('type', { code: () => <code className="sw-consent-text">{plan.consentText}</code> })}{' '}
        {t(`because.${consentBecause(plan)}`, { limit: String(TYPED_CONSENT_ABOVE_ITEMS) })}
      </label>
      <div className="sw-consent">
        <input
          id={id}
          className="sw-input"
          value={value}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          aria-describedby={`${id}-match`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span id={`${id}-match`} className="text-12 text-text-3" aria-live="polite">
          {match.state === 'none'
            ? ''
            : match.state === 'whole'
              ? t('matched')
              : match.state === 'part'
                ? t('matches', { done: String(match.done), total: String(match.total) })
                : t('differs', { at: String(match.done + 1) })}
        </span>
      </div>
    </div>
  )
}
