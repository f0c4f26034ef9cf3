import { getTranslations } from 'next-intl/server'
import { Refused } from '@/components/settings/refused'
import { TokensPage } from '@/components/settings/tokens-page'
import { titled } from '@/components/shell/page-title'
import { can } from '@/lib/domain/permission'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('tokens')
}

async function Page() {
  const [{ actor }, tokens] = await Promise.all([requireCaller(), readForPage(reads.tokens, {})])
  if (!tokens.ok) return <Refused reason={tokens.why} />
  return (
    <Hydrated seeds={[{ queryKey: q.tokens().queryKey, answer: tokens }]}>
      <TokensPage ownRole={actor.role} seesAll={can(actor, 'token.manage-all').ok} />
    </Hydrated>
  )
}

export default titled(title, Page)
