import { getTranslations } from 'next-intl/server'
import { operationFilterOf, operationsInput } from '@/components/operations/operations-filter'
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
  const asked = await searchParams
  const input = operationsInput(
    operationFilterOf((name) => {
      const value = asked[name]
      return typeof value === 'string' ? value : null
    }),
  )
  const [first, connections] = await Promise.all([
    readForPage(reads.operations, input),
    readForPage(reads.connections, {}),
  ])
  const answer = first.ok ? { ok: true as const, value: { pages: [first.value], pageParams: [''] } } : first
  return (
    <Hydrated
      seeds={[
        { queryKey: q.operationWindows(input).queryKey, answer },
        { queryKey: q.connections().queryKey, answer: connections },
      ]}
    >
      <MessagesFor areas={['operations', 'flows', 'plan', 'words', 'reasons']}>
        <OperationsPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
