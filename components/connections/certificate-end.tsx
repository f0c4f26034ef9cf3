'use client'
/** A certificate that ends soon, said while there is time to renew it. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { CERTIFICATE_WARNING } from '@/lib/domain/connection'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'

export function CertificateEnd({ validTo }: { validTo: Instant | null }) {
  const t = useTranslations('connections.test')
  const format = useFormat()
  const now = useNow()
  if (validTo === null || elapsedMillis(now, validTo) > CERTIFICATE_WARNING) return null
  const over = elapsedMillis(now, validTo) <= 0
  const date = format.date(validTo, 'day', now)
  return (
    <Notice tone={over ? 'critical' : 'warning'} title={t(over ? 'expired' : 'expires', { date })}>
      {t('expiresText')}
    </Notice>
  )
}
