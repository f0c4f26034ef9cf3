import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { AddConnectionPage } from '@/components/connections/add-connection-page'
import { NotManager } from '@/components/connections/not-manager'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('connections.form'))('newTitle') }
}

export default async function Page() {
  const { actor } = await requireCaller()
  const may = can(actor, 'connection.manage')
  const t = await getTranslations('connections.form')
  return (
    <MessagesFor areas={['connections', 'words', 'reasons']}>
      {may.ok ? <AddConnectionPage /> : <NotManager title={t('newTitle')} needs={may.needs} />}
    </MessagesFor>
  )
}
