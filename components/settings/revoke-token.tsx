'use client'
import { useTranslations } from 'next-intl'
import { revokeToken } from '@/app/actions/tokens'
import { RemoveDialog } from '@/components/inventory/remove-dialog'
import type { TokenRow } from '@/lib/domain/view'

/** Asks before a token ends: what uses it stops working. */
export function RevokeToken({
  token,
  onClose,
  onRevoked,
}: {
  token: TokenRow | null
  onClose: () => void
  onRevoked: () => void
}) {
  const t = useTranslations('settings')
  return (
    <RemoveDialog
      thing={token}
      action={revokeToken}
      words={({ name, prefix }) => ({
        title: t('tokens.revokeTitle', { name }),
        text: (
          <>
            <span className="sw-mono">{prefix}…</span> {t('tokens.revokeText')}
          </>
        ),
        submit: t('tokens.revokeName', { name }),
      })}
      keep={t('keep')}
      onClose={onClose}
      onRemoved={onRevoked}
    />
  )
}
