import { getTranslations } from 'next-intl/server'
import { RetentionPage } from '@/components/retention/retention-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('retention'))('title')
}

async function Page() {
  const { actor } = await requireCaller()
  const retention = await readForPage(reads.retention, {})
  return (
    <Hydrated seeds={[{ queryKey: q.retention().queryKey, answer: retention }]}>
      <MessagesFor areas={['retention', 'words', 'reasons']}>
        <RetentionPage
          maySet={can(actor, 'environment.set').ok}
          mayLimit={can(actor, 'rule.manage').ok}
          mayDelete={can(actor, 'snapshot.delete').ok}
        />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
