import { getTranslations } from 'next-intl/server'
import { operationFilterOf, statesOf } from '@/components/operations/operations-filter'
import { OperationsPage } from '@/components/operations/operations-page'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('operations'))('title')
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

async function Page({ searchParams }: Props) {
  const { show } = await searchParams
  const states = statesOf(operationFilterOf(typeof show === 'string' ? show : null))
  const input = states === null ? {} : { state: states }
  const first = await readForPage(reads.operations, input)
  const answer = first.ok ? { ok: true as const, value: { pages: [first.value], pageParams: [''] } } : first
  return (
    <Hydrated seeds={[{ queryKey: q.operationWindows(input).queryKey, answer }]}>
      <MessagesFor areas={['operations', 'flows', 'plan', 'words', 'reasons']}>
        <OperationsPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
