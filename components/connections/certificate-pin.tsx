'use client'
/** A server certificate nobody vouches for, or another one than before: pinned only when a person says it matches. */
import { Fingerprint as FingerprintIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Checkbox } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { Fingerprint } from '@/components/ui/facts'
import { Icon } from '@/components/ui/icon'
import { IntoView } from '@/components/ui/into-view'
import { Notice } from '@/components/ui/notice'
import { Box } from '@/components/ui/page'
import type { Reason } from '@/lib/domain/reason'
import { useFormat } from '@/lib/i18n/use-format'

type Props = {
  /** the server, as a person wrote it */
  host: string
  /** what to run there to see the same fingerprint */
  command: string
  offered: Extract<Reason, { code: 'certificate-unknown' | 'certificate-changed' }>
  pinned: boolean
  onPin: (fingerprint: string) => void
}

export function CertificatePin({ host, command, offered, pinned, onPin }: Props) {
  const t = useTranslations('connections.form')
  const format = useFormat()
  const now = useNow()
  const changed = offered.code === 'certificate-changed'
  const label = t('certificateOffered', { host })
  return (
    <IntoView>
      <Box>
        <p className="flex items-center gap-2 px-4 py-3 font-[560] border-b border-line">
          <Icon icon={FingerprintIcon} />
          {t(changed ? 'certificateChangedTitle' : 'certificateTitle')}
        </p>
        {changed && (
          <div className="px-4 pt-4">
            <Notice tone="warning" title={t('certificateChangedText')} />
          </div>
        )}
        <div className="grid gap-6 p-4 md:grid-cols-[minmax(0,1fr)_280px]">
          <div className="flex flex-col gap-4">
            <div className="flex flex-col gap-2">
              <span className="text-text-2">{label}</span>
              <Fingerprint value={offered.fingerprint} label={label} />
            </div>
            {changed &&
              offered.expected.map((expected) => (
                <div key={expected} className="flex flex-col gap-2">
                  <span className="text-text-2">{t('certificateBefore')}</span>
                  <Fingerprint value={expected} label={t('certificateBefore')} />
                </div>
              ))}
          </div>
          <div className="flex flex-col gap-2 text-text-2">
            {t('certificateText')}
            <CodeBlock wrap code={command} />
            {t('certificateCompare')}
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-3 px-4 py-3 border-t border-line">
          <Checkbox
            strong
            label={t('certificatePin')}
            checked={pinned}
            onChange={(event) => onPin(event.target.checked ? offered.fingerprint : '')}
          />
          <span className="flex-1" />
          {!changed && offered.validTo !== null && (
            <span className="text-12 text-text-3">
              {t('certificateValid', { date: format.date(offered.validTo, 'day', now) })}
            </span>
          )}
        </div>
      </Box>
    </IntoView>
  )
}
