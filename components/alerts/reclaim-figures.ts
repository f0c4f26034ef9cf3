'use client'
/** A clean-up's effect in figures: ranges where bytes are not told, nothing where nothing is sure. */
import type { Reclaim } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'

/** What is freed, and how full the storage is afterwards; null = not known. */
export function useReclaimFigures(): (reclaim: Pick<Reclaim, 'frees' | 'usedAfter'>) => {
  freed: string | null
  after: string | null
} {
  const format = useFormat()
  return ({ frees, usedAfter }) => {
    const { min, max } = frees
    const unsure = max === null && min === 0
    const freed =
      max === null
        ? `≥ ${format.bytes(min)}`
        : min === max
          ? format.bytes(min)
          : `${format.bytes(min)} – ${format.bytes(max)}`
    const after =
      usedAfter === null
        ? null
        : max === null
          ? `≤ ${format.percent(usedAfter.worst)}`
          : usedAfter.best === usedAfter.worst
            ? format.percent(usedAfter.best)
            : `${format.percent(usedAfter.best)} – ${format.percent(usedAfter.worst)}`
    return unsure ? { freed: null, after: null } : { freed, after }
  }
}
