import { getTranslations } from 'next-intl/server'
import { RulesPage } from '@/components/rules/rules-page'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('rules'))('title')
}

async function Page() {
  const [rules, connections, cleanUps] = await Promise.all([
    readForPage(reads.rules, {}),
    readForPage(reads.connections, {}),
    readForPage(reads.cleanUps, {}),
  ])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.rules().queryKey, answer: rules },
        { queryKey: q.connections().queryKey, answer: connections },
        { queryKey: q.cleanUps().queryKey, answer: cleanUps },
      ]}
    >
      <MessagesFor areas={['rules', 'inbox', 'alerts', 'words', 'reasons']}>
        <RulesPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
