import { getTranslations } from 'next-intl/server'
import { AuditPage } from '@/components/settings/audit-page'
import { Refused } from '@/components/settings/refused'
import { titled } from '@/components/shell/page-title'
import { AUDIT_ACTIONS } from '@/lib/domain/audit'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** Entries on one page: what a screen and a half shows. */
const PAGE = 50

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('audit')
}

/** Filter and place in the log are in the address; what does not belong in it is left out. */
async function Page({ searchParams }: Props) {
  const asked = await searchParams
  const text = (name: string) => (typeof asked[name] === 'string' ? asked[name].trim() : '')
  const action = AUDIT_ACTIONS.find((known) => known === text('action'))
  const input = {
    limit: PAGE,
    ...(text('cursor') !== '' && { cursor: text('cursor').slice(0, 200) }),
    ...(text('q') !== '' && { q: text('q').slice(0, 200) }),
    ...(action !== undefined && { action }),
  }
  const window = await readForPage(reads.audit, input)
  if (!window.ok) return <Refused reason={window.why} />
  return (
    <Hydrated seeds={[{ queryKey: q.audit(input).queryKey, answer: window }]}>
      <AuditPage input={input} />
    </Hydrated>
  )
}

export default titled(title, Page)
