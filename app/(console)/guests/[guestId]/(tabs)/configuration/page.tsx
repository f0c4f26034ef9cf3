import { GuestConfiguration } from '@/components/inventory/guest-configuration'
import { requireCaller } from '@/lib/web/read'

export default async function Page({ params }: { params: Promise<{ guestId: string }> }) {
  await requireCaller()
  return <GuestConfiguration guestId={(await params).guestId} />
}
