'use client'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { TimeAgo } from '@/components/ui/time-ago'
import { elapsedMillis, type Instant } from '@/lib/domain/units'

/** When something was last in use. What happened after the page last looked at its clock (15 s) is now, not ahead. */
export function LastSeen({ at }: { at: Instant }) {
  const common = useTranslations('common')
  const now = useNow()
  return elapsedMillis(at, now) <= 0 ? common('now') : <TimeAgo at={at} />
}
