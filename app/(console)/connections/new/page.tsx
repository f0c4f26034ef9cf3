import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { AddConnectionPage } from '@/components/connections/add-connection-page'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('connections.form'))('newTitle') }
}

export default async function Page() {
  const { actor } = await requireCaller()
  if (!can(actor, 'connection.manage').ok) redirect('/connections')
  return (
    <MessagesFor areas={['connections', 'words', 'reasons']}>
      <AddConnectionPage />
    </MessagesFor>
  )
}
