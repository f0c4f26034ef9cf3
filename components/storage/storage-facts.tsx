'use client'
/** The figures of a storage and where each comes from. */
import { useTranslations } from 'next-intl'
import { DefinitionList } from '@/components/ui/facts'
import type { Inodes } from '@/lib/domain/inventory'
import type { StorageDetail } from '@/lib/domain/view'
import { effectiveSpace, quotaTold } from '@/lib/engine/storage/effective'
import { useFormat } from '@/lib/i18n/use-format'

export function StorageFacts({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.details')
  const table = useTranslations('storage')
  const common = useTranslations('common')
  const format = useFormat()
  const quota = quotaTold(storage)
  const bytes = (value: number | null) => (value === null ? common('notKnown') : format.bytes(value))
  return (
    <DefinitionList
      labelWidth={104}
      items={[
        [table('used'), bytes(storage.usedBytes)],
        [table('capacity'), bytes(storage.capacityBytes)],
        [table('effective.label'), <Effective key="effective" storage={storage} />],
        quota === null ? null : [table('effective.quota.label'), table(`effective.quota.${quota}`)],
        [
          table('snapshots'),
          storage.snapshotBytes === null
            ? t('snapshotBytesUnknown')
            : t(storage.snapshotConfidence === 'exact' ? 'snapshotBytes' : 'snapshotBytesAtLeast', {
                size: format.bytes(storage.snapshotBytes),
              }),
        ],
        [table('provisioned'), <Provisioned key="provisioned" storage={storage} />],
        storage.metadataRatio === null
          ? null
          : [
              table('effective.metadata'),
              table('effective.metadataUsed', { share: format.percent(storage.metadataRatio) }),
            ],
        storage.inodes === null
          ? null
          : [table('effective.inodes'), <InodesUsed key="inodes" inodes={storage.inodes} />],
        storage.node === '' ? null : [t('node'), storage.node],
        storage.path === null
          ? null
          : [
              t('path'),
              <span key="path" className="sw-mono wrap-anywhere">
                {storage.path}
              </span>,
            ],
        [t('source'), t(`sourceValue.${storage.source}`)],
      ]}
    />
  )
}

/** What a guest can truly still write, and what says so. */
function Effective({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.effective.source')
  const format = useFormat()
  const { availableBytes, source } = effectiveSpace(storage)
  if (availableBytes === null) return t('not-told')
  return t(source, { size: format.bytes(availableBytes) })
}

function InodesUsed({ inodes: { total, free } }: { inodes: Inodes }) {
  const t = useTranslations('storage.effective')
  const format = useFormat()
  const used = total - free
  return t('inodesUsed', {
    used: format.number(used),
    total: format.number(total),
    share: format.percent(used / total),
  })
}

function Provisioned({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.details')
  const format = useFormat()
  if (storage.provisionedBytes === null) return t('provisionedUnknown')
  const size = format.bytes(storage.provisionedBytes)
  if (storage.capacityBytes === null || storage.capacityBytes === 0) return size
  return t('overcommit', { size, share: format.percent(storage.provisionedBytes / storage.capacityBytes) })
}
