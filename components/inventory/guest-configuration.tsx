'use client'
/** The configuration tab: what the guest is made of now, and what can be done with it, or why not. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { ScrollPane, SectionHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import { FEATURES, type Support } from '@/lib/domain/capability'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { RefusedNotice, StaleGuestNotice, UnreadNotice } from './guest-notices'
import { useReasonText } from './reason-notice'
import { ServiceProbeSection } from './service-probe'

export function GuestConfiguration({ guestId }: { guestId: string }) {
  const t = useTranslations('guest.configuration')
  const words = useTranslations('words.feature')
  const format = useFormat()
  const now = useNow()
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const at = guest.configurationFreshness.at
  const entries = Object.entries(guest.configuration ?? {})
  return (
    <ScrollPane className="px-6 max-md:px-4 py-3">
      <div className="flex flex-col gap-2 mb-3 empty:hidden">
        <StaleGuestNotice guest={guest} />
        <RefusedNotice guest={guest} />
        {!guest.stale && <UnreadNotice section="configuration" freshness={guest.configurationFreshness} />}
      </div>
      <div className="grid gap-x-10 gap-y-6 lg:grid-cols-2">
        <section>
          <SectionHeader
            title={
              guest.configuration === null ? t('unread', { name: guest.name }) : t('heading', { name: guest.name })
            }
            note={at === null ? undefined : t('asOf', { time: format.date(at, 'moment', now) })}
          />
          <dl className="sw-config">
            {entries.map(([key, value]) => (
              <div key={key}>
                <dt className="sw-mono">{key}</dt>
                <dd className="sw-mono wrap-anywhere">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
        <div className="flex flex-col gap-6">
          <section>
            <SectionHeader title={t('capabilities')} />
            <ul className="sw-config">
              {FEATURES.map((feature) => (
                <li key={feature}>
                  <Capability label={words(feature)} support={guest.capabilities[feature]} />
                </li>
              ))}
            </ul>
          </section>
          <ServiceProbeSection guest={guest} />
        </div>
      </div>
    </ScrollPane>
  )
}

function Capability({ label, support }: { label: string; support: Support }) {
  const t = useTranslations('guest.configuration')
  const reasonText = useReasonText()
  if (support.ok) {
    return (
      <>
        <span>{label}</span>
        <SeverityBadge severity="ok" plain>
          {support.limits?.reach === 'newest-only' ? t('possibleNewest') : t('possible')}
        </SeverityBadge>
      </>
    )
  }
  return (
    <>
      <span>{label}</span>
      <span>
        <span className="font-[540]">{t('notPossible')}</span>
        <span className="block text-text-2">{reasonText(support.why)}</span>
      </span>
    </>
  )
}
