import { getTranslations } from 'next-intl/server'
import { Refused } from '@/components/settings/refused'
import { SessionsPage } from '@/components/settings/sessions-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('sessions')
}

async function Page() {
  const [{ actor }, sessions] = await Promise.all([requireCaller(), readForPage(reads.sessions, {})])
  if (!sessions.ok) return <Refused reason={sessions.why} />
  return (
    <Hydrated seeds={[{ queryKey: q.sessions().queryKey, answer: sessions }]}>
      <SessionsPage email={actor.kind === 'user' ? actor.email : ''} seesAll={can(actor, 'user.manage').ok} />
    </Hydrated>
  )
}

export default titled(title, Page)
