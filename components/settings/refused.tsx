'use client'
/** A settings page whose read was refused: why, and what to do next. */
import { useRouter } from 'next/navigation'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import type { Reason } from '@/lib/domain/reason'

export function Refused({ reason }: { reason: Reason }) {
  const router = useRouter()
  const lacksRole = reason.code === 'forbidden'
  return (
    <div className="p-6 max-md:p-4 max-w-180">
      <ReasonNotice
        reason={reason}
        tone={lacksRole ? 'warning' : 'critical'}
        {...(!lacksRole && { onRetry: () => router.refresh() })}
      />
    </div>
  )
}
