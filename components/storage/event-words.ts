import { useTranslations } from 'next-intl'
import type { StorageEventAt } from '@/lib/domain/storage'
import { useFormat } from '@/lib/i18n/use-format'

/** What happened to a storage, in words: short for the chart, whole for the table. */
export function useEventWords(): {
  short: (event: StorageEventAt) => string
  whole: (event: StorageEventAt) => string
} {
  const t = useTranslations('storage.event')
  const format = useFormat()
  const whole = (event: StorageEventAt): string => {
    switch (event.event) {
      case 'grown':
      case 'shrunk':
      case 'replaced':
        return t(`${event.event}.whole`, { from: format.bytes(event.fromBytes), to: format.bytes(event.toBytes) })
      case 'moved':
        return t('moved.whole', { from: event.from, to: event.to })
      case 'clean-up':
      case 'jump':
        return t(`${event.event}.whole`, { size: format.bytes(event.bytes) })
      case 'gap':
        return t('gap.whole')
      case 'clock-back':
        return t('clock-back.whole', { time: format.duration(event.byMillis) })
    }
  }
  return { short: (event) => t(`${event.event}.short`), whole }
}
