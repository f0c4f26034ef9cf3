import {
  Activity,
  Bell,
  CalendarClock,
  Database,
  LayoutDashboard,
  type LucideIcon,
  Plug,
  Server,
  Settings2,
} from 'lucide-react'

export type NavKey =
  | 'overview'
  | 'guests'
  | 'storage'
  | 'alerts'
  | 'operations'
  | 'retention'
  | 'connections'
  | 'settings'
export type NavEntry = { key: NavKey; href: string; icon: LucideIcon /** second key after `g` */; go?: string }
export type NavGroup = { key: 'work' | 'review' | 'setup'; entries: readonly NavEntry[] }

/** Only what exists: an entry comes with its page. */
export const NAV_GROUPS: readonly NavGroup[] = [
  {
    key: 'work',
    entries: [
      { key: 'overview', href: '/', icon: LayoutDashboard, go: 'o' },
      { key: 'guests', href: '/guests', icon: Server, go: 'g' },
      { key: 'storage', href: '/storage', icon: Database, go: 's' },
      { key: 'alerts', href: '/alerts', icon: Bell, go: 'a' },
      { key: 'operations', href: '/operations', icon: Activity, go: 'p' },
    ],
  },
  { key: 'review', entries: [{ key: 'retention', href: '/retention', icon: CalendarClock, go: 'r' }] },
  {
    key: 'setup',
    entries: [
      { key: 'connections', href: '/connections', icon: Plug, go: 'c' },
      { key: 'settings', href: '/settings', icon: Settings2 },
    ],
  },
]

/** The four tabs of a phone, in this order; the rest is under search and the name at the top. */
export const PHONE_TABS: readonly NavKey[] = ['alerts', 'storage', 'guests', 'operations']

export const NAV_ENTRIES: readonly NavEntry[] = NAV_GROUPS.flatMap((group) => group.entries)

/** Which entry a path belongs to; null for pages outside the rail. */
export function navKeyOf(pathname: string): NavKey | null {
  if (pathname === '/') return 'overview'
  return (
    NAV_ENTRIES.find(
      (entry) => entry.href !== '/' && (pathname === entry.href || pathname.startsWith(`${entry.href}/`)),
    )?.key ?? null
  )
}
