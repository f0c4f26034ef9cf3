'use client'
import { Columns3 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from './button'
import type { DataColumn } from './data-table-model'
import { Menu } from './overlays'

/** Which columns are shown. Reports the hidden ones. */
export function ColumnsMenu<Row>({
  columns,
  hidden,
  onChange,
}: {
  columns: readonly DataColumn<Row>[]
  hidden: ReadonlySet<string>
  onChange: (hidden: ReadonlySet<string>) => void
}) {
  const t = useTranslations('ui')
  const offered = columns.filter((column) => column.hideable !== false)
  return (
    <Menu
      label={t('table.columnsHint')}
      placement="bottom end"
      trigger={(props) => (
        <Button icon={Columns3} {...props}>
          {t('table.columns')}
        </Button>
      )}
      items={offered.map((column) => ({ id: column.id, label: column.header }))}
      multiple
      selected={new Set(offered.filter((column) => !hidden.has(column.id)).map((column) => column.id))}
      onSelect={(shown) =>
        onChange(new Set(offered.filter((column) => !shown.has(column.id)).map((column) => column.id)))
      }
    />
  )
}
