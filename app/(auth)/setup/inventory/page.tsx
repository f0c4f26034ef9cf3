import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { SetupFrame } from '@/components/auth/setup-frame'
import { SetupInventory } from '@/components/auth/setup-inventory'
import { titled } from '@/components/shell/page-title'
import { QueryProvider } from '@/components/shell/query-provider'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('entry.inventory'))('title')
}

async function Page() {
  const connections = await readForPage(reads.connections, {})
  if (connections.ok && connections.value.length === 0) redirect('/setup/connection')
  return (
    <SetupFrame step="inventory">
      <QueryProvider>
        <Hydrated seeds={[{ queryKey: q.connections().queryKey, answer: connections }]}>
          <MessagesFor areas={['entry', 'words', 'reasons']}>
            <SetupInventory />
          </MessagesFor>
        </Hydrated>
      </QueryProvider>
    </SetupFrame>
  )
}

export default titled(title, Page)
