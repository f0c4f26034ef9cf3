'use client'
import { CircleUserRound, LogOut, Settings2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/overlays'
import type { Role } from '@/lib/domain/permission'

export type ShellUser = { name: string; email: string; role: Role }

/** First letters of the first and last word; of a Chinese name its last two characters. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s.@_-]+/)
    .filter(Boolean)
  const first = words[0] ?? ''
  if (/\p{Script=Han}/u.test(first)) return [...first].slice(-2).join('')
  const last = words.length > 1 ? (words.at(-1) ?? '') : ''
  return ([...first].slice(0, 1).join('') + [...last].slice(0, 1).join('')).toUpperCase()
}

/** Who is signed in, with which role, and the way out. `compact` is the phone's round button. */
export function UserMenu({
  user,
  onSignOut,
  compact = false,
}: {
  user: ShellUser
  onSignOut: () => void
  compact?: boolean
}) {
  const t = useTranslations('shell')
  return (
    <Menu
      label={t('user.label')}
      placement={compact ? 'bottom end' : 'top start'}
      trigger={(props) =>
        compact ? (
          <button type="button" className="sw-icon-btn md:hidden!" aria-label={t('user.label')} {...props}>
            <Icon icon={CircleUserRound} />
          </button>
        ) : (
          <button
            type="button"
            className="sw-user"
            aria-label={`${t('user.label')}: ${user.name}, ${t(`role.${user.role}`)}`}
            {...props}
          >
            <span className="sw-avatar" aria-hidden="true">
              {initialsOf(user.name)}
            </span>
            <span className="sw-rail-label">
              <span className="block sw-ellipsis text-12 font-strong text-text">{user.name}</span>
              <span className="block sw-ellipsis text-11 text-text-3">{t(`role.${user.role}`)}</span>
            </span>
          </button>
        )
      }
      items={[
        { id: 'who', heading: user.email },
        { id: 'settings', label: t('user.settings'), icon: Settings2, href: '/settings' },
        { id: 'line', separator: true },
        { id: 'sign-out', label: t('user.signOut'), icon: LogOut, onAction: onSignOut },
      ]}
    />
  )
}
