'use client'
/** Beside the name of a guest that cannot be changed now, although it is read: why. */
import { SeverityIcon } from '@/components/ui/severity'
import { VisuallyHidden } from '@/components/ui/visually-hidden'
import type { Reason } from '@/lib/domain/reason'
import { useExplain } from './reason-notice'

export function RefusedMark({ reason }: { reason: Reason }) {
  const { title } = useExplain()(reason)
  return (
    <span title={title} className="inline-flex">
      <SeverityIcon severity="warning" size={14} />
      <VisuallyHidden>{title}</VisuallyHidden>
    </span>
  )
}
