'use client'
import { Keyboard, LoaderCircle, Search } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { BrandMark } from '@/components/ui/brand-mark'
import { IconButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { KeyHint } from '@/components/ui/kbd'
import { useModifier, useShortcut } from '@/components/ui/keyboard'
import { preloadOverlays } from '@/components/ui/overlays'
import { SkipLink } from '@/components/ui/page'
import { Tag } from '@/components/ui/state-marks'
import { Toasts } from '@/components/ui/toast'
import type { Theme } from '@/lib/i18n/cookies'
import { LanguageMenu, type PreferencePatch, ThemeMenu } from './appearance-menus'
import { Freshness, type Source } from './freshness'
import { NAV_ENTRIES } from './navigation'
import { Palette, type PaletteSearch, preloadPalette } from './palette'
import { type NavCounts, Rail, TabBar, type UrgentEntries } from './rail'
import { ShortcutsDialog } from './shortcuts-dialog'
import { type ShellUser, UserMenu } from './user-menu'

const NOTHING_URGENT: UrgentEntries = new Set()

/**
 * The frame of every page for people who are signed in: rail, top bar, sheet; on a phone tabs at the foot.
 * It fetches nothing: counts, sources, the search and signing out are given.
 */
export function Shell({
  user,
  counts,
  urgent = NOTHING_URGENT,
  sources,
  theme,
  search,
  onSignOut,
  onPreference,
  demo = false,
  running = 0,
  banner,
  children,
}: {
  user: ShellUser
  counts: NavCounts
  /** entries whose count is bad news */
  urgent?: UrgentEntries
  sources: readonly Source[]
  theme: Theme
  search?: PaletteSearch
  onSignOut: () => void
  /** also keeps what was chosen in the top bar with the account */
  onPreference?: ((patch: PreferencePatch) => void) | undefined
  /** the demo fleet is part of what one sees */
  demo?: boolean
  /** operations that are queued or running */
  running?: number
  /** above every page: the collector is late, demo data */
  banner?: ReactNode
  children: ReactNode
}) {
  const t = useTranslations('shell')
  const router = useRouter()
  const modifier = useModifier()
  const [palette, setPalette] = useState(false)
  const [shortcuts, setShortcuts] = useState(false)
  useShortcut('mod+k', () => setPalette(true))
  useShortcut('?', () => setShortcuts(true))
  return (
    <div className="sw-shell">
      <SkipLink />
      {NAV_ENTRIES.map((entry) =>
        entry.go ? <GoTo key={entry.key} keys={`g ${entry.go}`} onGo={() => router.push(entry.href)} /> : null,
      )}
      <Rail counts={counts} urgent={urgent} user={user} onSignOut={onSignOut} />
      <header className="sw-top">
        <Link href="/" className="sw-phone-top">
          <BrandMark />
          Snapwarden
        </Link>
        <button
          type="button"
          className="sw-search"
          aria-haspopup="dialog"
          aria-label={t('search')}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setPalette(true)}
          onPointerEnter={preloadPalette}
          onFocus={preloadPalette}
        >
          <Icon icon={Search} />
          <span className="sw-ellipsis flex-1">{t('search')}</span>
          <KeyHint>{modifier === '⌘' ? '⌘K' : 'Ctrl K'}</KeyHint>
        </button>
        <div className="sw-top-end">
          {demo ? (
            <span className="max-md:hidden">
              <Tag>{t('freshness.demo')}</Tag>
            </span>
          ) : null}
          <RunningOperations count={running} />
          <Freshness sources={sources} />
          <IconButton
            className="max-md:hidden!"
            icon={Keyboard}
            label={t('shortcuts.label')}
            aria-haspopup="dialog"
            aria-keyshortcuts="?"
            onClick={() => setShortcuts(true)}
            onPointerEnter={preloadOverlays}
          />
          <span className="hidden md:contents">
            <LanguageMenu onSave={onPreference} />
            <ThemeMenu theme={theme} onSave={onPreference} />
          </span>
          <UserMenu user={user} onSignOut={onSignOut} compact />
        </div>
      </header>
      <main id="content" className="sw-sheet" tabIndex={-1}>
        {banner}
        {children}
      </main>
      <TabBar />
      <Palette
        open={palette}
        onClose={() => setPalette(false)}
        search={search}
        commands={[
          ...NAV_ENTRIES.map((entry) => ({
            id: entry.key,
            label: t(`nav.${entry.key}`),
            ...(entry.go && { note: `g ${entry.go}` }),
            href: entry.href,
          })),
          { id: 'shortcuts', label: t('shortcuts.label'), note: '?', run: () => setShortcuts(true) },
          { id: 'sign-out', label: t('user.signOut'), run: onSignOut },
        ]}
      />
      <ShortcutsDialog open={shortcuts} onClose={() => setShortcuts(false)} />
      <Toasts />
    </div>
  )
}

/** Shown only while something runs; it leads to what does. */
function RunningOperations({ count }: { count: number }) {
  const t = useTranslations('shell')
  if (count === 0) return null
  return (
    <Link href="/operations?show=active" className="sw-running">
      <Icon icon={LoaderCircle} small className="sw-spinner" />
      <span className="max-md:hidden">{t('running', { count })}</span>
      <span className="md:hidden num">{count}</span>
    </Link>
  )
}

/** One `g …` shortcut; a component, because a hook cannot be in a loop. */
function GoTo({ keys, onGo }: { keys: string; onGo: () => void }) {
  useShortcut(keys, onGo)
  return null
}
