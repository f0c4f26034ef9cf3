import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { RetentionPage } from '@/components/retention/retention-page'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('retention'))('title') }
}

export default async function Page() {
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
