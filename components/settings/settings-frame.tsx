'use client'
/** Head and tabs of the settings. The open tab scrolls below them. */
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useEffect, useRef } from 'react'
import { LinkTabs, PageHeader } from '@/components/ui/page'

/** Tabs for everybody, and those only an administrator sees. */
const TABS = [
  { key: 'profile', href: '/settings', admin: false },
  { key: 'sessions', href: '/settings/sessions', admin: false },
  { key: 'tokens', href: '/settings/tokens', admin: false },
  { key: 'people', href: '/settings/people', admin: true },
  { key: 'notifications', href: '/settings/notifications', admin: true },
  { key: 'installation', href: '/settings/installation', admin: false },
  { key: 'audit', href: '/settings/audit', admin: true },
] as const

export function SettingsFrame({ isAdmin, children }: { isAdmin: boolean; children: ReactNode }) {
  const t = useTranslations('settings')
  const path = usePathname()
  const tabs = useRef<HTMLDivElement>(null)
  // On a phone the tabs are wider than the screen.
  useEffect(() => {
    tabs.current?.querySelector(`a[href="${path}"]`)?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [path])
  return (
    <>
      <PageHeader className="pb-2" title={t('title')} />
      <div ref={tabs} className="flex-none">
        <LinkTabs
          label={t('tabs.label')}
          tabs={TABS.filter((tab) => isAdmin || !tab.admin).map(({ key, href }) => ({ href, label: t(`tabs.${key}`) }))}
          current={path}
        />
      </div>
      <div className="flex flex-col flex-1 min-h-0 overflow-auto" data-scroll>
        {children}
      </div>
    </>
  )
}
