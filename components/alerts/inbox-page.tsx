'use client'
/** The inbox: what needs a person now, what can wait, what is silenced, what is over. */
import { useQuery } from '@tanstack/react-query'
import { Bell, BellOff, CircleCheck } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { ButtonLink } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { PageHeader } from '@/components/ui/page'
import { EmptyState, SkeletonRows } from '@/components/ui/states'
import { type AlertInbox, INBOX_PAGE, type InboxShow } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { ClosedList } from './closed-list'
import { OpenList } from './open-list'

type Show = InboxShow | 'closed'

export function InboxPage() {
  const t = useTranslations('inbox')
  const [show, setShow] = useState<Show>('open')
  const [limit, setLimit] = useState(INBOX_PAGE)
  const asked = show === 'closed' ? 'open' : show
  const { data, error, refetch } = useQuery(q.alerts({ show: asked, limit }))
  const choose = (next: Show) => {
    setShow(next)
    setLimit(INBOX_PAGE)
  }
  return (
    <div className="sw-inbox">
      <InboxHead counts={data?.counts ?? null} show={show} onShow={choose} />
      {show === 'closed' ? (
        <ClosedList empty={<Empty what="closed" />} />
      ) : data?.show === show ? (
        <OpenList key={show} inbox={data} onMore={() => setLimit(limit + INBOX_PAGE)} empty={<Empty what={show} />} />
      ) : error !== null ? (
        <ReasonNotice reason={reasonOfError(error)} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows label={t('list')} />
      )}
    </div>
  )
}

type HeadProps = { counts: AlertInbox['counts'] | null; show: Show; onShow: (show: Show) => void }

function InboxHead({ counts, show, onShow }: HeadProps) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const now = useNow()
  const date = format.date(now, 'full', now)
  const open = counts === null ? 0 : counts.now + counts.later
  return (
    <PageHeader
      title={t('title')}
      sub={
        counts === null || open === 0
          ? t('sub.quiet', { date })
          : t('sub.now', { now: counts.now, later: format.number(counts.later), date })
      }
      actions={
        <>
          <ButtonLink href="/alerts/rules">{t('rules')}</ButtonLink>
          <Segmented
            label={t('show.label')}
            hideLabel
            name="show"
            value={show}
            onChange={onShow}
            options={[
              { value: 'open', label: <Counted word={t('show.open')} count={open} /> },
              { value: 'silenced', label: <Counted word={t('show.silenced')} count={counts?.silenced ?? 0} /> },
              { value: 'closed', label: t('show.closed') },
            ]}
          />
        </>
      }
    />
  )
}

function Counted({ word, count }: { word: string; count: number }) {
  const format = useFormat()
  return (
    <>
      {word} {count > 0 && <span className="num">{format.number(count)}</span>}
    </>
  )
}

const ICONS = { open: Bell, silenced: BellOff, closed: CircleCheck }
function Empty({ what }: { what: Show }) {
  const t = useTranslations('inbox.empty')
  return (
    <EmptyState icon={ICONS[what]} title={t(what)}>
      {t(`${what}Text`)}
    </EmptyState>
  )
}
