import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { GuestFrame } from '@/components/inventory/guest-frame'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ guestId: string }>; children: ReactNode }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const guest = await readForPage(reads.guest, { id: (await params).guestId })
  return guest.ok ? { title: guest.value.name } : {}
}

/** Head and tabs stay while the tabs below change. */
export default async function Layout({ params, children }: Props) {
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
