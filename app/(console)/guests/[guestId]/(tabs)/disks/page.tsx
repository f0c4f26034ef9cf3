import { GuestDisks } from '@/components/inventory/guest-disks'
import { requireCaller } from '@/lib/web/read'

export default async function Page({ params }: { params: Promise<{ guestId: string }> }) {
  await requireCaller()
  return <GuestDisks guestId={(await params).guestId} />
}
