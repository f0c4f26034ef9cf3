import { getTranslations } from 'next-intl/server'
import { InboxPage } from '@/components/alerts/inbox-page'
import { titled } from '@/components/shell/page-title'
import { INBOX_PAGE } from '@/lib/domain/alert-view'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

const FIRST = { show: 'open' as const, limit: INBOX_PAGE }

async function title(): Promise<string> {
  return (await getTranslations('inbox'))('title')
}

async function Page() {
  const [alerts, rules] = await Promise.all([readForPage(reads.alerts, FIRST), readForPage(reads.rules, {})])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.alerts(FIRST).queryKey, answer: alerts },
        { queryKey: q.rules().queryKey, answer: rules },
      ]}
    >
      <MessagesFor areas={['inbox', 'alerts', 'words', 'reasons']}>
        <InboxPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
