'use client'
import { useTranslations } from 'next-intl'
import { revokeToken } from '@/app/actions/tokens'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/overlays'
import type { TokenRow } from '@/lib/domain/view'
import { useLast } from './use-last'

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
  const { run, busy, refusal, clear } = useAction(revokeToken)
  const shown = useLast(token)
  const close = () => {
    clear()
    onClose()
  }
  return (
    <Dialog
      open={token !== null}
      onClose={close}
      title={t('tokens.revokeTitle', { name: shown?.name ?? '' })}
      size="sm"
      role="alertdialog"
      footer={
        <>
          <Button onClick={close}>{t('keep')}</Button>
          <Button variant="danger" busy={busy} onClick={() => token !== null && run({ id: token.id }, onRevoked)}>
            {t('tokens.revokeName', { name: shown?.name ?? '' })}
          </Button>
        </>
      }
    >
      <p>
        <span className="sw-mono">{shown?.prefix}…</span> {t('tokens.revokeText')}
      </p>
      {refusal !== null && <ReasonNotice reason={refusal} tone="critical" />}
    </Dialog>
  )
}
