'use client'
/** How much is inside and past its limit, by what guests are for. Absent where no limit applies to anything. */
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { ShareBar } from '@/components/retention/share-bar'
import { SectionHeader } from '@/components/ui/page'
import { insideOf } from '@/lib/engine/retention/shares'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

export function LimitsBlock() {
  const t = useTranslations('overview.limits')
  const words = useTranslations('retention')
  const format = useFormat()
  const { data: shares = [] } = useQuery(q.limitShares())
  if (shares.length === 0) return null
  return (
    <section aria-label={t('title')}>
      <SectionHeader title={t('title')} note={t('note')} end={<Link href="/retention">{t('open')}</Link>} />
      <table className="sw-table sw-table-flush sw-table-static" aria-label={t('title')}>
        <thead>
          <tr>
            <th scope="col" className="w-27 max-md:w-30">
              {t('environment')}
            </th>
            <th scope="col" className="w-18">
              {words('columns.limit')}
            </th>
            <th scope="col">
              <span className="sw-visually-hidden">{words('columns.share')}</span>
            </th>
            <th scope="col" className="w-12 sw-number">
              {words('columns.inside')}
            </th>
            <th scope="col" className="w-11 sw-number">
              {words('columns.past')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.map((share) => (
            <tr key={share.environment}>
              <th scope="row" className="sw-name">
                {words(`environment.${share.environment}`)}
              </th>
              <td className="text-text-2">{share.limitMillis !== null && format.age(share.limitMillis)}</td>
              <td>
                <ShareBar share={share} />
              </td>
              <td className="sw-number">{format.number(insideOf(share))}</td>
              <td className="sw-number">
                <span className={share.past > 0 ? 'sw-text-warning font-[600]' : 'text-text-3'}>
                  {format.number(share.past)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
