import { getTranslations } from 'next-intl/server'
import { GUESTS_WINDOW, orderOf } from '@/components/inventory/guests-order'
import { GuestsPage } from '@/components/inventory/guests-page'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('guests'))('title')
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** The first window is read here, so that the first paint has rows; a filter that cannot be read is the page's to tell. */
async function Page({ searchParams }: Props) {
  const { q: text, sort, dir } = await searchParams
  const column = typeof sort === 'string' ? sort : null
  const order = orderOf(column === null ? null : { column, direction: dir === 'desc' ? 'desc' : 'asc' })
  const input = { q: typeof text === 'string' ? text : '', ...order, limit: GUESTS_WINDOW }
  const first = await readForPage(reads.guests, input)
  const answer = first.ok ? { ok: true as const, value: { pages: [first.value], pageParams: [0] } } : first
  return (
    <Hydrated seeds={[{ queryKey: q.guestWindows(input).queryKey, answer }]}>
      <MessagesFor areas={['guests', 'words', 'reasons', 'flows', 'plan']}>
        <GuestsPage />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
