import { getTranslations } from 'next-intl/server'
import { OperationPage } from '@/components/operations/operation-page'
import { titled } from '@/components/shell/page-title'
import { FlowPage, guestsFor } from '@/lib/web/flow-page'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ operationId: string }> }

async function title({ params }: Props): Promise<string> {
  const operation = await readForPage(reads.operation, { id: (await params).operationId })
  const title = (await getTranslations('operations'))('title')
  return operation.ok && operation.value.guestId !== null ? `${title}, ${operation.value.guestName}` : title
}

async function Page({ params }: Props) {
  const { operationId } = await params
  const operation = await readForPage(reads.operation, { id: operationId })
  const guestId = operation.ok ? operation.value.guestId : null
  // Its guest may be gone by now; the operation is told in any case.
  const guests = guestId === null ? [] : (await guestsFor([guestId])).filter(({ answer }) => answer.ok)
  return (
    <FlowPage
      guests={guests}
      seeds={[{ queryKey: q.operation(operationId).queryKey, answer: operation }]}
      areas={['operations']}
    >
      <OperationPage operationId={operationId} />
    </FlowPage>
  )
}

export default titled(title, Page)
