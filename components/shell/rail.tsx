'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { BrandMark } from '@/components/ui/brand-mark'
import { Icon } from '@/components/ui/icon'
import { VisuallyHidden } from '@/components/ui/visually-hidden'
import { useFormat } from '@/lib/i18n/use-format'
import { NAV_ENTRIES, NAV_GROUPS, type NavKey, navKeyOf, PHONE_TABS } from './navigation'
import { type ShellUser, UserMenu } from './user-menu'

export type NavCounts = Partial<Record<NavKey, number | null | undefined>>
/** An entry whose count is bad news: critical or worse. */
export type UrgentEntries = ReadonlySet<NavKey>

/** The rail: groups of pages with their counts, the person at the foot. At 1024 it shrinks to icons. */
export function Rail({
  counts,
  urgent,
  user,
  onSignOut,
}: {
  counts: NavCounts
  urgent: UrgentEntries
  user: ShellUser
  onSignOut: () => void
}) {
  const t = useTranslations('shell')
  const format = useFormat()
  const current = navKeyOf(usePathname())
  return (
    <nav className="sw-rail" aria-label={t('main')}>
      <Link href="/" className="sw-brand" aria-label="Snapwarden">
        <BrandMark />
        <span>Snapwarden</span>
      </Link>
      <div className="sw-rail-groups">
        {NAV_GROUPS.map((group) => (
          <div key={group.key} className="sw-nav">
            {group.key === 'work' ? null : (
              <h2>
                <span>{t(`nav.${group.key}`)}</span>
              </h2>
            )}
            {group.entries.map((entry) => {
              const count = counts[entry.key]
              return (
                <Link
                  key={entry.key}
                  href={entry.href}
                  aria-current={entry.key === current ? 'page' : undefined}
                  aria-keyshortcuts={entry.go ? `g ${entry.go}` : undefined}
                >
                  <Icon icon={entry.icon} />
                  <span className="sw-rail-label">{t(`nav.${entry.key}`)}</span>
                  {count === undefined || count === null ? null : (
                    <span className={urgent.has(entry.key) ? 'sw-count sw-count-hot' : 'sw-count'}>
                      {format.number(count)}
                      {urgent.has(entry.key) && <VisuallyHidden> {t('nav.urgent')}</VisuallyHidden>}
                    </span>
                  )}
                </Link>
              )
            })}
          </div>
        ))}
      </div>
      <div className="sw-rail-foot">
        <UserMenu user={user} onSignOut={onSignOut} />
      </div>
    </nav>
  )
}

/** The rail of a phone, at the thumb. */
export function TabBar() {
  const t = useTranslations('shell')
  const current = navKeyOf(usePathname())
  return (
    <nav className="sw-tabbar" aria-label={t('main')}>
      {PHONE_TABS.flatMap((key) => NAV_ENTRIES.filter((entry) => entry.key === key)).map((entry) => (
        <Link key={entry.key} href={entry.href} aria-current={entry.key === current ? 'page' : undefined}>
          <Icon icon={entry.icon} />
          {t(`nav.${entry.key}`)}
        </Link>
      ))}
    </nav>
  )
}
