import type { ReactNode } from 'react'
import { GuestFrame } from '@/components/inventory/guest-frame'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ guestId: string }>; children: ReactNode }

async function title({ params }: Props): Promise<string | null> {
  const guest = await readForPage(reads.guest, { id: (await params).guestId })
  return guest.ok ? guest.value.name : null
}

/** Head and tabs stay while the tabs below change. */
async function Layout({ params, children }: Props) {
  const { guestId } = await params
  const guest = await readForPage(reads.guest, { id: guestId })
  return (
    <Hydrated seeds={[{ queryKey: q.guest(guestId).queryKey, answer: guest }]}>
      <MessagesFor areas={['guest', 'words', 'reasons', 'plan', 'flows']}>
        <GuestFrame guestId={guestId}>{children}</GuestFrame>
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Layout)
