import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { SetupConnection } from '@/components/auth/setup-connection'
import { SetupFrame } from '@/components/auth/setup-frame'
import { titled } from '@/components/shell/page-title'
import { QueryProvider } from '@/components/shell/query-provider'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

async function title(): Promise<string> {
  return (await getTranslations('entry.connection'))('title')
}

async function Page() {
  const { actor } = await requireCaller()
  if (!can(actor, 'connection.manage').ok) redirect('/')
  return (
    <SetupFrame step="connection">
      <QueryProvider>
        <MessagesFor areas={['entry', 'connections', 'words', 'reasons']}>
          <SetupConnection />
        </MessagesFor>
      </QueryProvider>
    </SetupFrame>
  )
}

export default titled(title, Page)
