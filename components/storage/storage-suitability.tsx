'use client'
/** Whether snapshots do well on a storage, and why. */
import { useTranslations } from 'next-intl'
import { type Severity, SeverityIcon } from '@/components/ui/severity'
import type { StorageDetail } from '@/lib/domain/view'
import { type Suitability, suitabilityOf } from '@/lib/engine/storage/suitability'

const SEVERITY: Record<Suitability['verdict'], Severity> = {
  good: 'ok',
  slow: 'warning',
  unsafe: 'critical',
  impossible: 'stale',
  unknown: 'stale',
}

export function StorageSuitability({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.suitability')
  const { verdict, because } = suitabilityOf(storage)
  return (
    <>
      <h2 className="sw-suitability">
        <SeverityIcon severity={SEVERITY[verdict]} size={14} />
        {t(`verdict.${verdict}`)}
      </h2>
      <ul className="sw-reasons">
        {because.map((reason) => (
          <li key={reason}>{t(`because.${reason}`)}</li>
        ))}
      </ul>
    </>
  )
}
