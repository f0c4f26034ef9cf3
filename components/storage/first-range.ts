import type { HistoryRange } from '@/lib/domain/storage'

/** What a storage's chart opens with; its past is read on the server. */
export const FIRST_RANGE: HistoryRange = '30d'
