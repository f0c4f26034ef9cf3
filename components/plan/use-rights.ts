'use client'
/** What the signed-in person may do: the same table the server asks, so that a button that is off says the same. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { PERMISSIONS, type Permission, type Role, roleCovers } from '@/lib/domain/permission'
import { q } from '@/lib/web/queries'

/** The least role that may, or null when the person may. Not known yet = may not. */
export function useMissingRole(permission: Permission): Role | null {
  const { data } = useQuery(q.shell())
  const needs = PERMISSIONS[permission]
  return data !== undefined && roleCovers(data.user.role, needs) ? null : needs
}

/** The same as the words of a button that is off. */
export function useRoleWords(permission: Permission): string | null {
  const t = useTranslations('plan.confirm')
  const shell = useTranslations('shell.role')
  const missing = useMissingRole(permission)
  return missing === null ? null : t('mayNot', { role: shell(missing) })
}
