'use client'
import { useTranslations } from 'next-intl'
import { RadioCards } from '@/components/ui/choice'
import { ROLES, type Role, roleCovers } from '@/lib/domain/permission'

/** The roles with what they may do, as form field `role`. With `atMost`, higher ones say why they cannot be chosen. */
export function RoleChoice({ label, defaultValue, atMost }: { label: string; defaultValue: Role; atMost?: Role }) {
  const t = useTranslations('settings.tokens.form')
  const words = useTranslations('words')
  return (
    <RadioCards
      label={label}
      name="role"
      defaultValue={defaultValue}
      options={ROLES.map((value) => ({
        value,
        label: words(`role.${value}`),
        hint: words(`roleHint.${value}`),
        disabledReason: atMost === undefined || roleCovers(atMost, value) ? null : t('aboveOwn'),
      }))}
    />
  )
}
