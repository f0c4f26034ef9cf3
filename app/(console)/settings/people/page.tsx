import { getTranslations } from 'next-intl/server'
import { PeoplePage } from '@/components/settings/people-page'
import { Refused } from '@/components/settings/refused'
import { titled } from '@/components/shell/page-title'
import { PASSWORD_MIN } from '@/lib/services/passwords'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('people')
}

async function Page() {
  const [{ actor }, users] = await Promise.all([requireCaller(), readForPage(reads.users, {})])
  if (!users.ok) return <Refused reason={users.why} />
  return (
    <Hydrated seeds={[{ queryKey: q.users().queryKey, answer: users }]}>
      <PeoplePage email={actor.kind === 'user' ? actor.email : ''} minPassword={PASSWORD_MIN} />
    </Hydrated>
  )
}

export default titled(title, Page)
