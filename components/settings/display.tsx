'use client'
/** Language, theme, density, single keys: in force at once, and kept with the account. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { changeProfile } from '@/app/actions/profile'
import { useAction } from '@/components/auth/use-action'
import { useExplain } from '@/components/inventory/reason-notice'
import { useSetPreference } from '@/components/shell/preferences'
import { Segmented, SwitchRow } from '@/components/ui/choice'
import { Notice } from '@/components/ui/notice'
import { DENSITIES, type Density, THEMES, type Theme } from '@/lib/i18n/cookies'
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locale'

type Language = (typeof LOCALES)[number]
/** What this browser shows now. `language: null` = like the browser. */
export type InForce = { language: Language | null; theme: Theme; density: Density; shortcuts: boolean }

export function Display({ inForce }: { inForce: InForce }) {
  const t = useTranslations('settings.profile')
  const shell = useTranslations('shell')
  const explain = useExplain()
  const [shown, choose] = useShown(inForce)
  const { run, refusal } = useAction(changeProfile)
  const set = useSetPreference()
  /** The account's copy follows; what is in force here does not wait for it. */
  const keep = (patch: Partial<InForce>) => {
    choose({ ...shown, ...patch })
    run(patch, () => undefined)
  }
  const why = refusal === null ? null : explain(refusal)
  return (
    <div className="flex flex-col gap-4 [&_.sw-setting-row]:border-b-0 [&_.sw-setting-row]:pb-0">
      {why !== null && (
        <Notice tone="warning" live="polite">
          {t('notKept', { title: why.title, action: why.action })}
        </Notice>
      )}
      <Segmented
        label={t('language')}
        name="language"
        value={shown.language ?? 'auto'}
        options={[
          { value: 'auto', label: t('languageAuto') },
          ...LOCALES.map((value) => ({ value, label: <span lang={value}>{LOCALE_NAMES[value]}</span> })),
        ]}
        onChange={(value: Language | 'auto') => {
          const language = value === 'auto' ? null : value
          set('locale', language)
          keep({ language })
        }}
      />
      <Segmented
        label={t('theme')}
        name="theme"
        value={shown.theme}
        options={THEMES.map((value) => ({ value, label: shell(`theme.${value}`) }))}
        onChange={(theme) => {
          set('theme', theme === 'system' ? null : theme)
          keep({ theme })
        }}
      />
      <Segmented
        label={t('density')}
        name="density"
        value={shown.density}
        options={DENSITIES.map((value) => ({ value, label: t(`densities.${value}`) }))}
        onChange={(density) => {
          set('density', density === 'default' ? null : density)
          keep({ density })
        }}
      />
      <SwitchRow
        label={t('shortcuts')}
        hint={t('shortcutsHint')}
        checked={shown.shortcuts}
        onChange={(event) => {
          const shortcuts = event.target.checked
          set('keys', shortcuts ? null : 'off')
          keep({ shortcuts })
        }}
      />
    </div>
  )
}

/** The choice at once; what the server renders afterwards, also after a choice in the top bar, wins. */
function useShown(inForce: InForce): [InForce, (next: InForce) => void] {
  const [shown, setShown] = useState(inForce)
  const [told, setTold] = useState(inForce)
  const { language, theme, density, shortcuts } = inForce
  if (told.language !== language || told.theme !== theme || told.density !== density || told.shortcuts !== shortcuts) {
    setTold(inForce)
    setShown(inForce)
  }
  return [shown, setShown]
}
