'use client'
import { useTranslations } from 'next-intl'
import type { LimitShare } from '@/lib/domain/retention'
import { insideOf } from '@/lib/engine/retention/shares'
import { useFormat } from '@/lib/i18n/use-format'

/** Where no limit applies nothing is inside one, and no bar says so. */
export function ShareBar({ share }: { share: LimitShare }) {
  const t = useTranslations('retention')
  const format = useFormat()
  const { snapshots: total, past, withoutTime } = share
  if (total === 0 || share.limitMillis === null) return null
  const inside = insideOf(share)
  const width = (count: number) => ({ width: `${(count / total) * 100}%` })
  return (
    <span
      className="sw-share"
      role="img"
      aria-label={t('shareSentence', { inside: format.number(inside), past: format.number(past), withoutTime })}
    >
      <span className="sw-share-inside" style={width(inside)} />
      {past > 0 && <span className="sw-share-past" style={width(past)} />}
      {withoutTime > 0 && <span className="sw-share-unknown" style={width(withoutTime)} />}
    </span>
  )
}
