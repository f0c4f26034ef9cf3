'use client'
import { useMemo, useState } from 'react'
import { Bytes } from '@/components/ui/bytes'
import { ColumnsMenu } from '@/components/ui/columns-menu'
import { DataTable } from '@/components/ui/data-table'
import type { DataColumn, DataSort } from '@/components/ui/data-table-model'
import { FilterBar } from '@/components/ui/filter-bar'
import { parseFilter } from '@/components/ui/filter-text'
import { PageHeader } from '@/components/ui/page'
import { SelectionBar } from '@/components/ui/selection-bar'
import { AgeAndLimit, ChainDepth, EnvironmentTag, PowerDot } from '@/components/ui/state-marks'
import { GIB, HOUR } from '@/lib/domain/units'

type Sample = {
  id: string
  name: string
  env: string
  host: string
  snapshots: number
  depth: number
  held: number
  ageMillis: number
}
const HOSTS = ['esx-bj-01', 'pve-sh-03', 'kvm-gz-01', 'kvm-edge-07']
const ROWS: Sample[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: String(index),
  name: `${['mssql-fin', 'OrdersDB', 'erp-app', 'kafka-broker'][index % 4]}-${String(index).padStart(5, '0')}`,
  env: ['prod', 'test', 'dev'][index % 3] ?? 'dev',
  host: HOSTS[index % 4] ?? '',
  snapshots: index % 7,
  depth: index % 6,
  held: ((index * 7919) % 400) * GIB,
  ageMillis: ((index * 31) % 200) * HOUR,
}))

const COLUMNS: DataColumn<Sample>[] = [
  {
    id: 'name',
    header: 'Guest',
    rowHeader: true,
    hideable: false,
    sortValue: (row) => row.name,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <PowerDot power="running" />
        <span className="sw-name sw-ellipsis">{row.name}</span>
      </span>
    ),
  },
  {
    id: 'env',
    header: 'Env.',
    width: 66,
    sortValue: (row) => row.env,
    cell: (row) => <EnvironmentTag name={row.env} />,
  },
  {
    id: 'host',
    header: 'Host',
    width: 110,
    hideNarrow: true,
    sortValue: (row) => row.host,
    cell: (row) => <span className="text-text-2">{row.host}</span>,
  },
  {
    id: 'snapshots',
    header: 'Snapshots',
    width: 92,
    number: true,
    sortValue: (row) => row.snapshots,
    cell: (row) => row.snapshots,
  },
  {
    id: 'depth',
    header: 'Chain',
    width: 96,
    sortValue: (row) => row.depth,
    cell: (row) => <ChainDepth depth={row.depth} />,
  },
  {
    id: 'age',
    header: 'Oldest snapshot',
    width: 150,
    sortValue: (row) => row.ageMillis,
    cell: (row) => <AgeAndLimit ageMillis={row.ageMillis} limitMillis={24 * HOUR} />,
  },
  {
    id: 'held',
    header: 'Held by snapshots',
    width: 168,
    number: true,
    sortValue: (row) => row.held,
    cell: (row) => <Bytes value={row.held} cell />,
  },
]
const rowId = (row: Sample) => row.id

/** 10,000 rows, to feel the table. */
export function GalleryTable() {
  const [filter, setFilter] = useState('env:prod')
  const [sort, setSort] = useState<DataSort | null>({ column: 'held', direction: 'desc' })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => {
    const terms = parseFilter(filter)
    return ROWS.filter((row) =>
      terms.every((term) =>
        term.field === 'env' ? row.env === term.value : term.field === null ? row.name.includes(term.value) : true,
      ),
    )
  }, [filter])
  const shownIds = useMemo(() => new Set(rows.map(rowId)), [rows])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <PageHeader
        className="pb-3"
        title="Guests"
        actions={<ColumnsMenu columns={COLUMNS} hidden={hidden} onChange={setHidden} />}
      />
      <FilterBar
        value={filter}
        onChange={setFilter}
        placeholder="Filter by name or tag"
        summary={`${rows.length} of ${ROWS.length} guests`}
        fields={[
          {
            field: 'env',
            label: 'Environment',
            closed: true,
            values: [
              ['prod', 'prod'],
              ['test', 'test'],
              ['dev', 'dev'],
            ],
          },
          { field: 'host', label: 'Host' },
        ]}
      />
      <DataTable
        label="Guests"
        rows={rows}
        columns={COLUMNS}
        rowId={rowId}
        sort={sort}
        onSortChange={setSort}
        hiddenColumns={hidden}
        selection={{ selected, onChange: setSelected, labelOf: (row) => row.name }}
        phoneRow={(row) => (
          <span className="flex flex-col">
            <span className="flex items-center gap-2">
              <PowerDot power="running" />
              <span className="sw-name sw-ellipsis">{row.name}</span>
            </span>
            <span className="text-12 text-text-3">
              {row.host}, {row.snapshots} snapshots
            </span>
          </span>
        )}
      />
      <SelectionBar
        count={selected.size}
        title={`${selected.size} guests`}
        hiddenCount={[...selected].filter((id) => !shownIds.has(id)).length}
        onClear={() => setSelected(new Set())}
      />
    </div>
  )
}
