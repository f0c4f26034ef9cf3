'use client'
/** What can be done with selected guests: snapshots through a plan; names and figures taken elsewhere. */
import { Copy, Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy'
import { saveTextFile } from '@/components/ui/save-file'
import { notify } from '@/components/ui/toast'
import type { GuestRow, GuestWindow } from '@/lib/domain/view'
import { csvFile } from '@/lib/i18n/csv'
import { fetchRead, ReadError } from '@/lib/web/fetch-read'
import { BulkActions } from './bulk-actions'
import { useExplain } from './reason-notice'

type Props = { selected: ReadonlySet<string>; rows: ReadonlyMap<string, GuestRow> }

export function GuestSelectionActions({ selected, rows }: Props) {
  const t = useTranslations('guests')
  const explain = useExplain()
  const [failure, setFailure] = useState<string | null>(null)
  const load = async (): Promise<GuestRow[]> => {
    const known = [...selected].flatMap((id) => rows.get(id) ?? [])
    return known.length === selected.size ? known : (await loadAll()).filter((row) => selected.has(row.id))
  }
  const copy = async () => {
    const names = (await load()).map((row) => row.name)
    if (await copyText(names.join('\n'))) notify.done({ title: t('copied', { count: names.length }) })
    else setFailure(t('copyRefused'))
  }
  const save = async () => {
    const head = (
      ['name', 'platform', 'connection', 'node', 'storage', 'snapshots', 'chain', 'oldest', 'held'] as const
    ).map((column) => t(`columns.${column}`))
    saveTextFile('snapwarden-guests.csv', 'text/csv', csvFile(head, (await load()).map(cellsOf)))
  }
  const attempt = (work: () => Promise<void>) => {
    setFailure(null)
    work().catch((error: unknown) => {
      if (!(error instanceof ReadError)) throw error
      setFailure(t('exportFailed', { why: explain(error.why).title }))
    })
  }
  return (
    <>
      {failure !== null && (
        <span role="alert" className="sw-text-critical">
          {failure}
        </span>
      )}
      <BulkActions selected={selected} />
      <Button icon={Copy} onClick={() => attempt(copy)}>
        {t('copyNames')}
      </Button>
      <Button icon={Download} onClick={() => attempt(save)}>
        {t('exportCsv')}
      </Button>
    </>
  )
}

/** Rows asked for at a time when the selection reaches beyond what was looked at. */
const WINDOW = 500

async function loadAll(): Promise<GuestRow[]> {
  const rows: GuestRow[] = []
  for (let total = 1; rows.length < total; ) {
    const page = await fetchRead<GuestWindow>('/api/guests', { offset: rows.length, limit: WINDOW }, undefined)
    if (page.rows.length === 0) break
    rows.push(...page.rows)
    total = page.total
  }
  return rows
}

function cellsOf(row: GuestRow): (string | number | null)[] {
  return [
    row.name,
    row.connectionKind,
    row.connectionName,
    row.node,
    row.storageNames.join(' '),
    row.snapshotCount,
    row.chainDepth,
    row.oldestSnapshotAt,
    row.held.bytes,
  ]
}
