'use client'
/** A server that shows another certificate than the pinned one: nothing is sent until a person has compared. */
import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/components/ui/button'
import { Fingerprint } from '@/components/ui/facts'
import { Notice } from '@/components/ui/notice'
import type { Reason } from '@/lib/domain/reason'
import type { ConnectionRow } from '@/lib/domain/view'

type Props = {
  connection: ConnectionRow
  why: Extract<Reason, { code: 'certificate-changed' }>
  mayManage: boolean
}

export function CertificateChanged({ connection, why, mayManage }: Props) {
  const t = useTranslations('connections.detail')
  const authorities = connection.address.kind === 'proxmox' ? connection.address.authorities : []
  return (
    <Notice
      tone="critical"
      title={t('changedTitle')}
      actions={
        mayManage && <ButtonLink href={`/connections/${connection.id}/change`}>{t('changedCompare')}</ButtonLink>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{t('changedText')}</p>
        <div className="flex flex-wrap gap-x-10 gap-y-3">
          <div className="flex flex-col gap-1">
            <span>{t('changedShown')}</span>
            <Fingerprint value={why.fingerprint} label={t('changedShown')} />
          </div>
          {why.expected.map((expected) => {
            const label = t(authorities.includes(expected) ? 'changedAuthority' : 'changedPinned')
            return (
              <div key={expected} className="flex flex-col gap-1">
                <span>{label}</span>
                <Fingerprint value={expected} label={label} />
              </div>
            )
          })}
        </div>
      </div>
    </Notice>
  )
}
