import { getTranslations } from 'next-intl/server'
import { RollbackFlow } from '@/components/rollback/rollback-flow'
import { titled } from '@/components/shell/page-title'
import { FlowPage, guestsFor, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = {
  params: Promise<{ guestId: string; snapshotId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

async function title(): Promise<string> {
  return (await getTranslations('flows'))('action.rollbackShort')
}

async function Page({ params, searchParams }: Props) {
  await requireCaller()
  const { guestId, snapshotId } = await params
  return (
    <FlowPage guests={await guestsFor([guestId])}>
      <RollbackFlow
        guestId={guestId}
        snapshotId={decodeURIComponent(snapshotId)}
        first={await storedPlan(await searchParams)}
      />
    </FlowPage>
  )
}

export default titled(title, Page)
