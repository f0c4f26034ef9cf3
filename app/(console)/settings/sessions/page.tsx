import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Refused } from '@/components/settings/refused'
import { SessionsPage } from '@/components/settings/sessions-page'
import { can } from '@/lib/domain/permission'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings.tabs'))('sessions') }
}

export default async function Page() {
  const [{ actor }, sessions] = await Promise.all([requireCaller(), readForPage(reads.sessions, {})])
  if (!sessions.ok) return <Refused reason={sessions.why} />
  return (
    <Hydrated seeds={[{ queryKey: q.sessions().queryKey, answer: sessions }]}>
      <SessionsPage email={actor.kind === 'user' ? actor.email : ''} seesAll={can(actor, 'user.manage').ok} />
    </Hydrated>
  )
}
