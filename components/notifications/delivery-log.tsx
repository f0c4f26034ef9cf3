'use client'
/** What was sent, what waits, what was given up and why. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { reviveNotice } from '@/app/actions/channel'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice, useReasonText } from '@/components/inventory/reason-notice'
import { TableSection } from '@/components/settings/section'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { SeverityBadge } from '@/components/ui/severity'
import { DateTime } from '@/components/ui/time-ago'
import { notify } from '@/components/ui/toast'
import type { Delivery, DeliveryState } from '@/lib/domain/channel'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

const STATES = ['waiting', 'sent', 'dead'] as const
const LOOK = { waiting: 'stale', sent: 'ok', dead: 'critical' } as const

export function DeliveryLog() {
  const t = useTranslations('notifications.log')
  const [state, setState] = useState<DeliveryState | 'all'>('all')
  const { data: deliveries } = useQuery(q.deliveries(state === 'all' ? {} : { state }))
  return (
    <TableSection
      title={t('title')}
      text={t('text')}
      actions={
        <Segmented
          label={t('show')}
          hideLabel
          small
          name="deliveries"
          value={state}
          onChange={setState}
          options={[
            { value: 'all', label: t('all') },
            ...STATES.map((each) => ({ value: each, label: t(`state.${each}`) })),
          ]}
        />
      }
    >
      {deliveries === undefined ? null : deliveries.length === 0 ? (
        <p className="px-6 max-md:px-4 text-text-2">{t('empty')}</p>
      ) : (
        <table className="sw-table sw-deliveries" aria-label={t('title')}>
          <thead>
            <tr>
              <th scope="col" className="w-30 max-lg:hidden">
                {t('columns.when')}
              </th>
              <th scope="col" className="w-40 max-lg:hidden">
                {t('columns.channel')}
              </th>
              <th scope="col">{t('columns.message')}</th>
              <th scope="col" className="w-40">
                {t('columns.state')}
              </th>
              <td className="w-30" />
            </tr>
          </thead>
          <tbody>
            {deliveries.map((delivery) => (
              <DeliveryLine key={delivery.id} delivery={delivery} />
            ))}
          </tbody>
        </table>
      )}
    </TableSection>
  )
}

function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const t = useTranslations('notifications.log')
  const client = useQueryClient()
  const format = useFormat()
  const now = useNow()
  const reasonText = useReasonText()
  const { run, busy, refusal } = useAction(reviveNotice)
  const { state, nextTryAt, lastError, receipt, tries, unread } = delivery
  const title = delivery.title ?? t('unread.notice')
  const again = () => {
    void client.invalidateQueries({ queryKey: ['deliveries'] })
    notify.done({ title: t('queued') })
  }
  return (
    <tr>
      <td className="text-text-2 max-lg:hidden">
        <DateTime at={delivery.createdAt} />
      </td>
      <td className="text-text-2 max-lg:hidden">{delivery.channelName}</td>
      <th scope="row" className="sw-delivery">
        <span className="to">
          {delivery.channelName}
          <DateTime at={delivery.createdAt} />
        </span>
        {title}
        {lastError !== null && <span className="block text-12 text-text-2">{reasonText(lastError)}</span>}
        {unread.includes('error') && <span className="block text-12 text-text-2">{t('unread.error')}</span>}
        {unread.includes('answer') && <span className="block text-12 text-text-2">{t('unread.answer')}</span>}
        {receipt !== null && receipt.answer !== '' && (
          <span className="block text-12 text-text-3 sw-mono">{receipt.answer}</span>
        )}
        {refusal !== null && <ReasonNotice reason={refusal} />}
      </th>
      <td>
        <SeverityBadge severity={LOOK[state]} plain>
          {t(`state.${state}`)}
        </SeverityBadge>
        <span className="block text-12 text-text-3">
          {state === 'waiting' && nextTryAt !== null
            ? t('triesNext', { count: tries, date: format.date(nextTryAt, 'time', now) })
            : t('tries', { count: tries })}
        </span>
      </td>
      <td className="sw-number">
        {state === 'dead' && delivery.title !== null && (
          <Button
            size="sm"
            busy={busy}
            aria-label={t('againName', { title })}
            onClick={() => run({ id: delivery.id }, again)}
          >
            {t('again')}
          </Button>
        )}
      </td>
    </tr>
  )
}
