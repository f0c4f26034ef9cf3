import { getTranslations } from 'next-intl/server'
import { ChannelsPage } from '@/components/notifications/channels-page'
import { Refused } from '@/components/settings/refused'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('notifications')
}

async function Page() {
  const [channels, deliveries] = await Promise.all([readForPage(reads.channels, {}), readForPage(reads.deliveries, {})])
  if (!channels.ok) return <Refused reason={channels.why} />
  return (
    <Hydrated
      seeds={[
        { queryKey: q.channels().queryKey, answer: channels },
        { queryKey: q.deliveries({}).queryKey, answer: deliveries },
      ]}
    >
      <MessagesFor areas={['notifications']}>
        <ChannelsPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
