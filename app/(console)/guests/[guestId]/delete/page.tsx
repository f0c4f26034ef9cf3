import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { DeleteFlow } from '@/components/delete/delete-flow'
import { FlowPage, guestsFor, listOf, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = {
  params: Promise<{ guestId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** More in one address would not fit into one. */
const MAX_SNAPSHOTS = 200

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('flows'))('action.delete') }
}

export default async function Page({ params, searchParams }: Props) {
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
