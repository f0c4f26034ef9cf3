import { useTranslations } from 'next-intl'
import { useFormat } from '@/lib/i18n/use-format'

/**
 * A size in words a person reads. Null is "not known", never 0. `confidence` other than exact is said (≥, ≤, about).
 * In a column use `cell`, which keeps trailing zeros so that digits line up.
 */
export function Bytes({
  value,
  confidence = 'exact',
  cell = false,
}: {
  value: number | null
  confidence?: 'exact' | 'at-least' | 'at-most' | 'estimate' | 'unknown'
  cell?: boolean
}) {
  const t = useTranslations('ui')
  const format = useFormat()
  if (value === null || confidence === 'unknown')
    return <span className="text-text-3 whitespace-nowrap">{t('size.unknown')}</span>
  return (
    <span className={cell ? 'num whitespace-nowrap' : 'whitespace-nowrap'}>
      {t(`size.${confidence}`, { size: format.bytes(value, cell ? 'cell' : 'sentence') })}
    </span>
  )
}
