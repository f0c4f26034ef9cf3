import { getTranslations } from 'next-intl/server'
import { titled } from '@/components/shell/page-title'
import { TakeFlow } from '@/components/take/take-flow'
import { serverTimeZone } from '@/lib/config'
import { FlowPage, guestsFor, storedPlan } from '@/lib/web/flow-page'
import { requireCaller } from '@/lib/web/read'

type Props = {
  params: Promise<{ guestId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

async function title(): Promise<string> {
  return (await getTranslations('flows'))('action.take')
}

async function Page({ params, searchParams }: Props) {
  await requireCaller()
  const { guestId } = await params
  return (
    <FlowPage guests={await guestsFor([guestId])}>
      <TakeFlow timeZone={serverTimeZone()} guestIds={[guestId]} first={await storedPlan(await searchParams)} />
    </FlowPage>
  )
}

export default titled(title, Page)
