import { getTranslations } from 'next-intl/server'
import { AddConnectionPage } from '@/components/connections/add-connection-page'
import { NotManager } from '@/components/connections/not-manager'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

async function title(): Promise<string> {
  return (await getTranslations('connections.form'))('newTitle')
}

async function Page() {
  const { actor } = await requireCaller()
  const may = can(actor, 'connection.manage')
  const t = await getTranslations('connections.form')
  return (
    <MessagesFor areas={['connections', 'words', 'reasons']}>
      {may.ok ? <AddConnectionPage /> : <NotManager title={t('newTitle')} needs={may.needs} />}
    </MessagesFor>
  )
}

export default titled(title, Page)
