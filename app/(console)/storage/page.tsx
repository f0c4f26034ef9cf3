import { getTranslations } from 'next-intl/server'
import { titled } from '@/components/shell/page-title'
import { StoragePage } from '@/components/storage/storage-page'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('storage'))('title')
}

async function Page() {
  const [storages, rules] = await Promise.all([readForPage(reads.storages, {}), readForPage(reads.rules, {})])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.storages().queryKey, answer: storages },
        { queryKey: q.rules().queryKey, answer: rules },
      ]}
    >
      <MessagesFor areas={['storage', 'words', 'reasons']}>
        <StoragePage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
