'use client'
/** A server certificate nobody vouches for: shown with its fingerprint, pinned only when a person says it matches. */
import { Fingerprint as FingerprintIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Checkbox } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { Fingerprint } from '@/components/ui/facts'
import { Icon } from '@/components/ui/icon'
import { Box } from '@/components/ui/page'
import type { Reason } from '@/lib/domain/reason'
import { useFormat } from '@/lib/i18n/use-format'
import type { Draft } from './draft'

type Props = {
  draft: Draft
  offered: Extract<Reason, { code: 'certificate-unknown' }>
  onPin: (fingerprint: string) => void
}

export function CertificatePin({ draft, offered, onPin }: Props) {
  const t = useTranslations('connections.form')
  const format = useFormat()
  const now = useNow()
  return (
    <Box>
      <p className="flex items-center gap-2 px-4 py-3 font-[560] border-b border-line">
        <Icon icon={FingerprintIcon} />
        {t('certificateTitle')}
      </p>
      <div className="grid gap-6 p-4 md:grid-cols-[minmax(0,1fr)_280px]">
        <div className="flex flex-col gap-2">
          <span className="text-text-2">{t('certificateOffered', { host: draft.host })}</span>
          <Fingerprint value={offered.fingerprint} label={t('certificateOffered', { host: draft.host })} />
        </div>
        <div className="flex flex-col gap-2 text-text-2">
          {t('certificateText')}
          <CodeBlock wrap code="openssl x509 -noout -fingerprint -sha256 -in /etc/pki/libvirt/servercert.pem" />
          {t('certificateCompare')}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 border-t border-line">
        <Checkbox
          strong
          label={t('certificatePin')}
          checked={draft.fingerprint === offered.fingerprint}
          onChange={(event) => onPin(event.target.checked ? offered.fingerprint : '')}
        />
        <span className="flex-1" />
        {offered.validTo !== null && (
          <span className="text-12 text-text-3">
            {t('certificateValid', { date: format.date(offered.validTo, 'day', now) })}
          </span>
        )}
      </div>
    </Box>
  )
}
