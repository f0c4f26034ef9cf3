import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { MAX_GUESTS_AT_ONCE } from '@/components/inventory/selection-limit'
import { NothingSelected } from '@/components/plan/nothing-selected'
import { TakeFlow } from '@/components/take/take-flow'
import { serverTimeZone } from '@/lib/config'
import { FlowPage, guestsFor, listOf, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('flows'))('bulk.take') }
}

/** Guests that are gone since they were selected are left out. */
export default async function Page({ searchParams }: Props) {
  await requireCaller()
  const search = await searchParams
  const guests = await guestsFor(listOf(search, 'guests', MAX_GUESTS_AT_ONCE))
  const there = guests.filter(({ answer }) => answer.ok)
  if (there.length === 0) return <NothingSelected />
  return (
    <FlowPage guests={there}>
      <TakeFlow timeZone={serverTimeZone()} guestIds={there.map(({ id }) => id)} first={await storedPlan(search)} />
    </FlowPage>
  )
}
