import { getTranslations } from 'next-intl/server'
import { OverviewPage } from '@/components/overview/overview-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('shell.nav'))('overview')
}

async function Page() {
  const [caller, overview, connections, shares, rules] = await Promise.all([
    requireCaller(),
    readForPage(reads.overview, {}),
    readForPage(reads.connections, {}),
    readForPage(reads.limitShares, {}),
    readForPage(reads.rules, {}),
  ])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.overview().queryKey, answer: overview },
        { queryKey: q.connections().queryKey, answer: connections },
        { queryKey: q.limitShares().queryKey, answer: shares },
        { queryKey: q.rules().queryKey, answer: rules },
      ]}
    >
      <MessagesFor areas={['overview', 'alerts', 'inbox', 'retention', 'storage', 'words', 'reasons']}>
        <OverviewPage mayManage={can(caller.actor, 'connection.manage').ok} />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
