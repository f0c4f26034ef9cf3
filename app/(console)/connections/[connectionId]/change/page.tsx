import { getTranslations } from 'next-intl/server'
import { ChangeConnection } from '@/components/connections/change-connection'
import { NotManager } from '@/components/connections/not-manager'
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
  return connection.ok
    ? (await getTranslations('connections.form'))('changeTitle', { name: connection.value.name })
    : null
}

async function Page({ params }: Props) {
  const { connectionId } = await params
  const [{ actor }, connection] = await Promise.all([
    requireCaller(),
    readForPage(reads.connection, { id: connectionId }),
  ])
  const may = can(actor, 'connection.manage')
  if (!may.ok && connection.ok) {
    const t = await getTranslations('connections.form')
    return (
      <MessagesFor areas={['connections', 'words', 'reasons']}>
        <NotManager title={t('changeTitle', { name: connection.value.name })} needs={may.needs} />
      </MessagesFor>
    )
  }
  return (
    <Hydrated seeds={[{ queryKey: q.connection(connectionId).queryKey, answer: connection }]}>
      <MessagesFor areas={['connections', 'words', 'reasons']}>
        <ChangeConnection connectionId={connectionId} />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
