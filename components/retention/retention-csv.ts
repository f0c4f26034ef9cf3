'use client'
/** The list as a file for spreadsheets: one row a snapshot, times in UTC, bytes as integers, empty where not known. */
import { useTranslations } from 'next-intl'
import { saveTextFile } from '@/components/ui/save-file'
import type { PastSnapshot, RetentionView } from '@/lib/domain/retention'
import { HOUR } from '@/lib/domain/units'
import { csvFile } from '@/lib/i18n/csv'

export function useRetentionCsv(): (view: RetentionView) => void {
  const t = useTranslations('retention')
  return (view) => {
    const head = (
      [
        'guest',
        'connection',
        'environment',
        'owner',
        'snapshot',
        'taken',
        'limitHours',
        'memory',
        'heldBytes',
        'why',
        'backup',
      ] as const
    ).map((column) => t(`columns.${column}`))
    const rows = view.past.map((row) => cellsOf(row, t(`environment.${row.environment}`)))
    saveTextFile(`snapwarden-retention-${view.now.slice(0, 10)}.csv`, 'text/csv', csvFile(head, rows))
  }
}

const cellsOf = (row: PastSnapshot, environment: string): (string | number | null)[] => [
  row.guestName,
  row.connectionName,
  environment,
  row.owner,
  row.name,
  row.createdAt,
  row.limitMillis / HOUR,
  row.memory ? 1 : 0,
  row.size.bytes,
  row.held === null ? null : `${row.held.by} ${row.held.note}`.trim(),
  row.lastBackupAt,
]
