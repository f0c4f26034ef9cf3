import { redirect } from 'next/navigation'
import { ChangeConnection } from '@/components/connections/change-connection'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

export default async function Page({ params }: { params: Promise<{ connectionId: string }> }) {
  const { connectionId } = await params
  const [{ actor }, connection] = await Promise.all([
    requireCaller(),
    readForPage(reads.connection, { id: connectionId }),
  ])
  if (!can(actor, 'connection.manage').ok) redirect(`/connections/${connectionId}`)
  return (
    <Hydrated seeds={[{ queryKey: q.connection(connectionId).queryKey, answer: connection }]}>
      <MessagesFor areas={['connections', 'words', 'reasons']}>
        <ChangeConnection connectionId={connectionId} />
      </MessagesFor>
    </Hydrated>
  )
}
