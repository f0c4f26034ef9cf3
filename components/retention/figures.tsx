'use client'
import { useTranslations } from 'next-intl'
import { Bytes } from '@/components/ui/bytes'
import { TimeAgo } from '@/components/ui/time-ago'
import type { OwnerShare, RetentionView } from '@/lib/domain/retention'
import { useFormat } from '@/lib/i18n/use-format'
import { ShareBar } from './share-bar'

/** Every environment with its limit and how much of it is inside. */
export function EnvironmentTable({ view }: { view: RetentionView }) {
  const t = useTranslations('retention')
  const format = useFormat()
  return (
    <table className="sw-table" aria-label={t('byEnvironment')}>
      <thead>
        <tr>
          <th scope="col">{t('columns.environment')}</th>
          <th scope="col" className="w-22 max-lg:w-20">
            {t('columns.limit')}
          </th>
          <th scope="col" className="w-24 sw-number max-lg:hidden">
            {t('columns.guests')}
          </th>
          <th scope="col" className="w-26 max-lg:w-24 sw-number">
            {t('columns.snapshots')}
          </th>
          <th scope="col" className="w-40 max-lg:w-24 max-md:hidden">
            {t('columns.share')}
          </th>
          <th scope="col" className="w-20 sw-number">
            {t('columns.past')}
          </th>
          <th scope="col" className="w-28 max-lg:w-24 sw-number max-md:hidden">
            {t('columns.oldest')}
          </th>
          <th scope="col" className="w-28 sw-number max-md:hidden">
            {t('columns.held')}
          </th>
        </tr>
      </thead>
      <tbody>
        {view.environments.map((share) => (
          <tr key={share.environment}>
            <th scope="row">{t(`environment.${share.environment}`)}</th>
            <td className="text-text-2">{share.limitMillis === null ? t('noLimit') : format.age(share.limitMillis)}</td>
            <td className="sw-number max-lg:hidden">{format.number(share.guests)}</td>
            <td className="sw-number">{format.number(share.snapshots)}</td>
            <td className="max-md:hidden">
              <ShareBar share={share} />
            </td>
            <td className="sw-number">
              <span className={share.past > 0 ? 'sw-text-warning font-[600]' : 'text-text-3'}>
                {format.number(share.past)}
              </span>
            </td>
            <td className="sw-number max-md:hidden">
              {share.oldestPastAt === null ? '' : <TimeAgo at={share.oldestPastAt} bare />}
            </td>
            <td className="sw-number max-md:hidden">
              {share.past === 0 ? '' : <Bytes value={share.held.bytes} confidence={share.held.confidence} cell />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Whom to ask, the most first. */
export function OwnerTable({ owners }: { owners: readonly OwnerShare[] }) {
  const t = useTranslations('retention')
  const format = useFormat()
  return (
    <table className="sw-table" aria-label={t('byOwner')}>
      <thead>
        <tr>
          <th scope="col">{t('columns.owner')}</th>
          <th scope="col" className="w-20 sw-number">
            {t('columns.past')}
          </th>
          <th scope="col" className="w-28 sw-number">
            {t('columns.oldest')}
          </th>
          <th scope="col" className="w-28 sw-number">
            {t('columns.held')}
          </th>
        </tr>
      </thead>
      <tbody>
        {owners.map(({ owner, past, oldestAt, held }) => (
          <tr key={owner ?? ''}>
            <th scope="row">{owner ?? <span className="sw-text-warning">{t('noOwner')}</span>}</th>
            <td className="sw-number">{format.number(past)}</td>
            <td className="sw-number">
              <TimeAgo at={oldestAt} bare />
            </td>
            <td className="sw-number">
              <Bytes value={held.bytes} confidence={held.confidence} cell />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
