import type { Metadata } from 'next'
import { StorageDetailPage } from '@/components/storage/storage-detail-page'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ storageId: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const storage = await readForPage(reads.storage, { id: (await params).storageId })
  return storage.ok ? { title: storage.value.name } : {}
}

export default async function Page({ params }: Props) {
  const { storageId } = await params
  const storage = await readForPage(reads.storage, { id: storageId })
  return (
    <Hydrated seeds={[{ queryKey: q.storage(storageId).queryKey, answer: storage }]}>
      <MessagesFor areas={['storage', 'guest', 'words', 'reasons']}>
        <StorageDetailPage storageId={storageId} />
      </MessagesFor>
    </Hydrated>
  )
}
