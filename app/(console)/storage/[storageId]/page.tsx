import { titled } from '@/components/shell/page-title'
import { FIRST_RANGE } from '@/components/storage/first-range'
import { StorageDetailPage } from '@/components/storage/storage-detail-page'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ storageId: string }> }

async function title({ params }: Props): Promise<string | null> {
  const storage = await readForPage(reads.storage, { id: (await params).storageId })
  return storage.ok ? storage.value.name : null
}

async function Page({ params }: Props) {
  const { storageId } = await params
  const id = { id: storageId }
  const [storage, storages, forecast, history, space, rules] = await Promise.all([
    readForPage(reads.storage, id),
    readForPage(reads.storages, {}),
    readForPage(reads.storageForecast, id),
    readForPage(reads.storageHistory, { ...id, range: FIRST_RANGE }),
    readForPage(reads.storageSpace, id),
    readForPage(reads.rules, {}),
  ])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.storage(storageId).queryKey, answer: storage },
        { queryKey: q.storages().queryKey, answer: storages },
        { queryKey: q.storageForecast(storageId).queryKey, answer: forecast },
        { queryKey: q.storageHistory(storageId, FIRST_RANGE).queryKey, answer: history },
        { queryKey: q.storageSpace(storageId).queryKey, answer: space },
        { queryKey: q.rules().queryKey, answer: rules },
      ]}
    >
      <MessagesFor areas={['storage', 'guest', 'words', 'reasons']}>
        <StorageDetailPage storageId={storageId} />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
