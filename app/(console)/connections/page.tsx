import { getTranslations } from 'next-intl/server'
import { ConnectionsPage } from '@/components/connections/connections-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('connections'))('title')
}

async function Page() {
  const [{ actor }, connections] = await Promise.all([requireCaller(), readForPage(reads.connections, {})])
  return (
    <Hydrated seeds={[{ queryKey: q.connections().queryKey, answer: connections }]}>
      <MessagesFor areas={['connections', 'words', 'reasons']}>
        <ConnectionsPage mayManage={can(actor, 'connection.manage').ok} />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
