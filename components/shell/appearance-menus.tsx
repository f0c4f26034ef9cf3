'use client'
import { Languages, Moon, Sun, SunMoon } from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import { useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { Menu } from '@/components/ui/overlays'
import { THEMES, type Theme } from '@/lib/i18n/cookies'
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locale'
import { useSetPreference } from './preferences'

/** What a choice in the top bar changes in the account. */
export type PreferencePatch = { theme?: Theme; language?: (typeof LOCALES)[number] }
type Save = { onSave?: ((patch: PreferencePatch) => void) | undefined }

const ICONS = { system: SunMoon, light: Sun, dark: Moon } as const

/** Light, dark, or like the system. `theme` is what the server rendered with. */
export function ThemeMenu({ theme, onSave }: { theme: Theme } & Save) {
  const t = useTranslations('shell')
  const set = useSetPreference()
  const [chosen, setChosen] = useState(theme)
  const [told, setTold] = useState(theme)
  // It was changed elsewhere, under Settings: what the server rendered last is in force.
  if (told !== theme) {
    setTold(theme)
    setChosen(theme)
  }
  return (
    <Menu
      label={t('theme.label')}
      placement="bottom end"
      trigger={(props) => <IconButton icon={ICONS[chosen]} label={t('theme.label')} {...props} />}
      items={THEMES.map((id) => ({ id, label: t(`theme.${id}`), icon: ICONS[id] }))}
      selected={new Set([chosen])}
      onSelect={(keys) => {
        const next = THEMES.find((id) => keys.has(id)) ?? 'system'
        setChosen(next)
        set('theme', next === 'system' ? null : next)
        onSave?.({ theme: next })
      }}
    />
  )
}

/** Each language in its own words. */
export function LanguageMenu({ onSave }: Save) {
  const t = useTranslations('shell')
  const set = useSetPreference()
  const locale = useLocale()
  return (
    <Menu
      label={t('language.label')}
      placement="bottom end"
      trigger={(props) => <IconButton icon={Languages} label={t('language.label')} {...props} />}
      items={LOCALES.map((id) => ({ id, label: LOCALE_NAMES[id] }))}
      selected={new Set([locale])}
      onSelect={(keys) => {
        const next = LOCALES.find((id) => keys.has(id))
        if (!next) return
        set('locale', next)
        onSave?.({ language: next })
      }}
    />
  )
}
