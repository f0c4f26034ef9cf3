import { getTranslations } from 'next-intl/server'
import { MAX_GUESTS_AT_ONCE } from '@/components/inventory/selection-limit'
import { NothingSelected } from '@/components/plan/nothing-selected'
import { titled } from '@/components/shell/page-title'
import { TakeFlow } from '@/components/take/take-flow'
import { serverTimeZone } from '@/lib/config'
import { FlowPage, guestsFor, listOf, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

async function title(): Promise<string> {
  return (await getTranslations('flows'))('bulk.take')
}

/** Guests that are gone since they were selected are left out. */
async function Page({ searchParams }: Props) {
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

export default titled(title, Page)
