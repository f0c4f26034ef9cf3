import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { GuestsPage } from '@/components/inventory/guests-page'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('guests'))('title') }
}

export default async function Page() {
  await requireCaller()
  return (
    <MessagesFor areas={['guests', 'words', 'reasons']}>
      <GuestsPage />
    </MessagesFor>
  )
}
