'use client'
/** What can be done with the chosen snapshot. Off, a button says the hypervisor's own reason. */
import { Trash2, Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useGuestActions } from '@/components/plan/guest-actions'
import { Button } from '@/components/ui/button'
import { useShortcut } from '@/components/ui/keyboard'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { HoldButton } from './hold-control'

export function SnapshotActions({ guest, snapshot }: { guest: GuestDetail; snapshot: SnapshotView }) {
  const t = useTranslations('flows.action')
  const router = useRouter()
  const actions = useGuestActions(guest)
  const noRollback = actions.rollback(snapshot)
  const noDelete = actions.remove(snapshot)
  const rollBack = () => router.push(`/guests/${guest.id}/rollback/${encodeURIComponent(snapshot.id)}`)
  const remove = () => router.push(`/guests/${guest.id}/delete?snapshots=${encodeURIComponent(snapshot.id)}`)
  useShortcut('r', rollBack, { enabled: noRollback === null })
  useShortcut('Delete', remove, { enabled: noDelete === null })
  return (
    <div className="flex flex-wrap gap-2 mt-3">
      <Button size="sm" icon={Undo2} keys="R" disabledReason={noRollback} onClick={rollBack}>
        {t('rollback')}
      </Button>
      <Button size="sm" icon={Trash2} keys="Del" disabledReason={noDelete} onClick={remove}>
        {t('delete')}
      </Button>
      <HoldButton snapshot={snapshot} why={actions.hold} />
    </div>
  )
}
