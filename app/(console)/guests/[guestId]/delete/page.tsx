import { getTranslations } from 'next-intl/server'
import { DeleteFlow } from '@/components/delete/delete-flow'
import { titled } from '@/components/shell/page-title'
import { FlowPage, guestsFor, listOf, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = {
  params: Promise<{ guestId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** More in one address would not fit into one. */
const MAX_SNAPSHOTS = 200

async function title(): Promise<string> {
  return (await getTranslations('flows'))('action.delete')
}

async function Page({ params, searchParams }: Props) {
  await requireCaller()
  const { guestId } = await params
  const search = await searchParams
  return (
    <FlowPage guests={await guestsFor([guestId])}>
      <DeleteFlow
        guestIds={[guestId]}
        chosen={listOf(search, 'snapshots', MAX_SNAPSHOTS)}
        first={await storedPlan(search)}
      />
    </FlowPage>
  )
}

export default titled(title, Page)
