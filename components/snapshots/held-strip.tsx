'use client'
/** What a guest's snapshots hold, as one sentence and one strip. Only known sizes are drawn; the others are counted. */
import { useTranslations } from 'next-intl'
import { Legend } from '@/components/ui/meter'
import type { GuestDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'

export function HeldStrip({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.held')
  const ui = useTranslations('ui')
  const format = useFormat()
  const count = guest.snapshots.length
  const known = guest.snapshots.flatMap((snapshot) =>
    snapshot.size.bytes === null || snapshot.size.bytes === 0 ? [] : [{ ...snapshot, bytes: snapshot.size.bytes }],
  )
  const unknown = guest.snapshots.filter((snapshot) => snapshot.size.bytes === null).length
  const storage = guest.storageNames.length === 1 ? guest.storageNames[0] : undefined
  return (
    <section className="px-6 max-md:px-4 py-3.5">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 mb-2">
        <h2 className="font-[540]">
          {guest.held.bytes === null
            ? t('unknown', { count })
            : t('title', {
                size: ui(`size.${guest.held.confidence}`, { size: format.bytes(guest.held.bytes) }),
                count,
              })}
        </h2>
        {storage !== undefined && <span className="text-12 text-text-3">{t('on', { storage })}</span>}
        <span className="flex-1" />
        {known.some((snapshot) => snapshot.memory === 'saved') && (
          <span className="flex gap-3">
            <Legend color="data-2">{t('disks')}</Legend>
            <Legend color="data-1">{t('memory')}</Legend>
          </span>
        )}
      </div>
      {known.length > 0 && (
        <div className="sw-strip" aria-hidden="true">
          {known.map((snapshot) => (
            <span
              key={snapshot.id}
              title={`${snapshot.name} ${format.bytes(snapshot.bytes)}`}
              style={{ flex: snapshot.bytes }}
              data-part={snapshot.memory === 'saved' ? 'memory' : 'disks'}
            />
          ))}
        </div>
      )}
      <p className="text-12 text-text-3 mt-2">
        {unknown > 0 && guest.held.bytes !== null && <>{t('partly', { count: unknown })} </>}
        {t('note')}
      </p>
    </section>
  )
}
