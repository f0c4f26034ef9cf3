import { GuestOperations } from '@/components/operations/guest-operations'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

export default async function Page({ params }: { params: Promise<{ guestId: string }> }) {
  await requireCaller()
  return (
    <MessagesFor areas={['operations']}>
      <GuestOperations guestId={(await params).guestId} />
    </MessagesFor>
  )
}
