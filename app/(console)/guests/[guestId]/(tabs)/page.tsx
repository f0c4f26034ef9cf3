import { GuestSnapshots } from '@/components/snapshots/guest-snapshots'
import { requireCaller } from '@/lib/web/read'

export default async function Page({ params }: { params: Promise<{ guestId: string }> }) {
  await requireCaller()
  return <GuestSnapshots guestId={(await params).guestId} />
}
