import { ConnectionPage } from '@/components/connections/connection-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ connectionId: string }> }

async function title({ params }: Props): Promise<string | null> {
  const connection = await readForPage(reads.connection, { id: (await params).connectionId })
  return connection.ok ? connection.value.name : null
}

async function Page({ params }: Props) {
  const { connectionId } = await params
  const [{ actor }, connection] = await Promise.all([
    requireCaller(),
    readForPage(reads.connection, { id: connectionId }),
  ])
  return (
    <Hydrated seeds={[{ queryKey: q.connection(connectionId).queryKey, answer: connection }]}>
      <MessagesFor areas={['connections', 'words', 'reasons']}>
        <ConnectionPage
          connectionId={connectionId}
          mayManage={can(actor, 'connection.manage').ok}
          mayCollect={can(actor, 'connection.collect').ok}
        />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
