'use client'
import { useTranslations } from 'next-intl'
import type { OperationRow } from '@/lib/domain/operation'
import { useFormat } from '@/lib/i18n/use-format'

/** The guest of an operation by name; of a batch its first ones and the number of the others. */
export function useGuestNames(): (row: Pick<OperationRow, 'firstGuests' | 'children'>) => string {
  const format = useFormat()
  const common = useTranslations('common')
  return ({ firstGuests, children }) => {
    const all = Object.values(children ?? {}).reduce((sum, count) => sum + count, 0)
    const more = all - firstGuests.length
    return format.list(more > 0 ? [...firstGuests, common('moreItems', { count: format.number(more) })] : firstGuests)
  }
}
