'use client'
import { ChevronRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { Breakable } from '@/components/ui/breakable'
import { useNow } from '@/components/ui/clock'
import { AgeAndLimit, StateHeld } from '@/components/ui/state-marks'
import { DateTime, TimeAgo } from '@/components/ui/time-ago'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import type { TreeRow } from '@/lib/engine/chain/lanes'
import { useFormat } from '@/lib/i18n/use-format'
import { isExpired } from './expiry'
import { LaneDrawing, type LaneGeometry, type LaneNode } from './lane-drawing'
import { SizeFigure } from './size-figure'

type Props = {
  row: TreeRow<SnapshotView>
  index: number
  lanes: number
  geometry: LaneGeometry
  guest: Pick<GuestDetail, 'disks' | 'changedSince' | 'power' | 'snapshots' | 'currentUnknown'>
  /** how long snapshots of this guest may live; null = no limit, or not known yet */
  limitMillis: number | null
  focusable: boolean
  selected: boolean
  onOpen: (row: TreeRow<SnapshotView>) => void
  onToggle: (row: TreeRow) => void
}

const nodeOf = (row: TreeRow<SnapshotView>): LaneNode =>
  row.kind === 'snapshot' ? (row.snapshot.memory === 'saved' ? 'memory' : 'disk') : row.kind

/** One row of the treegrid. Rendered again only when its own data, selection or focus changed. */
export const SnapshotTreeRow = memo(function SnapshotTreeRow(props: Props) {
  const { row, index, lanes, geometry, guest, focusable, selected, onOpen, onToggle } = props
  return (
    <div
      role="row"
      className="sw-tree-grid sw-tree-row"
      data-row={index}
      // Beside the live chain is a place only where somebody tells which chain lives.
      data-side={!row.live && !guest.currentUnknown}
      tabIndex={focusable ? 0 : -1}
      aria-rowindex={index + 2}
      aria-level={row.level}
      aria-posinset={row.posinset}
      aria-setsize={row.setsize}
      aria-expanded={row.kind === 'fold' ? false : (row.expanded ?? undefined)}
      aria-selected={row.kind === 'snapshot' ? selected : undefined}
      aria-current={row.kind === 'current' ? true : undefined}
      onClick={() => onOpen(row)}
    >
      <span role="gridcell" className="lanes" aria-hidden="true">
        <LaneDrawing
          segments={row.segments}
          lane={row.lane}
          live={row.live}
          node={nodeOf(row)}
          lanes={lanes}
          geometry={geometry}
        />
      </span>
      <RowCells {...props} onToggle={onToggle} />
    </div>
  )
})

function RowCells(props: Props) {
  const { row } = props
  if (row.kind === 'base') return <BaseCells {...props} />
  if (row.kind === 'current') return <CurrentCells {...props} />
  if (row.kind === 'fold') return <FoldCells branches={row.branches} snapshots={row.snapshots} />
  return <SnapshotCells {...props} row={row} />
}

function SnapshotCells({
  row,
  guest,
  limitMillis,
  onToggle,
}: Props & { row: Extract<TreeRow<SnapshotView>, { kind: 'snapshot' }> }) {
  const t = useTranslations('guest')
  const now = useNow()
  const { snapshot } = row
  return (
    <>
      <span role="rowheader" className="sw-tree-name">
        <span className="name" title={snapshot.name}>
          <Breakable text={snapshot.name} />
        </span>
        {row.expanded !== null && (
          <button
            type="button"
            tabIndex={-1}
            className="sw-tree-toggle"
            aria-label={t(row.expanded ? 'tree.collapse' : 'tree.expand', { name: snapshot.name })}
            onClick={(event) => {
              event.stopPropagation()
              onToggle(row)
            }}
          >
            <ChevronRight aria-hidden="true" />
          </button>
        )}
        {snapshot.unmanaged && <span className="sw-tag">{t('tree.unmanaged')}</span>}
        {snapshot.incomplete && <span className="sw-tag">{t('tree.incomplete')}</span>}
        {isExpired(snapshot, now) && <span className="sw-tag">{t('tree.expired')}</span>}
        {row.parentMissing !== null && (
          <span className="sw-tag" title={t('tree.parentMissingHint', { parent: row.parentMissing })}>
            {t('tree.parentMissing')}
          </span>
        )}
        {row.hidden.snapshots > 0 && (
          <span className="note">
            {t('tree.hidden', { branches: row.hidden.branches, snapshots: row.hidden.snapshots })}
          </span>
        )}
        {!row.live && !guest.currentUnknown && <span className="sw-visually-hidden">{t('tree.sideBranch')}</span>}
      </span>
      <span role="gridcell" className="sw-tree-cell taken num">
        {snapshot.createdAt === null ? t('tree.timeUnknown') : <DateTime at={snapshot.createdAt} />}
      </span>
      <span role="gridcell" className="sw-tree-cell age num">
        {snapshot.createdAt !== null && <Age at={snapshot.createdAt} limitMillis={limitMillis} />}
      </span>
      <span role="gridcell" className="sw-tree-cell held">
        <StateHeld consistency={snapshot.consistency} memory={snapshot.memory === 'saved'} />
      </span>
      <span role="gridcell" className="sw-tree-size" data-unknown={snapshot.size.bytes === null}>
        <SizeFigure size={snapshot.size} />
      </span>
    </>
  )
}

/** Without a limit it is a time ago like any other; with one, how much of the limit is gone. */
function Age({ at, limitMillis }: { at: Instant; limitMillis: number | null }) {
  const now = useNow()
  if (limitMillis === null) return <TimeAgo at={at} bare />
  return <AgeAndLimit ageMillis={elapsedMillis(at, now)} limitMillis={limitMillis} />
}

function BaseCells({ guest }: Props) {
  const t = useTranslations('guest')
  const disks = guest.disks?.filter((disk) => disk.device === 'disk') ?? null
  const bases = disks?.map((disk) => disk.chain?.at(-1)?.allocatedBytes ?? null) ?? []
  const known = bases.filter((bytes) => bytes !== null)
  const bytes = known.reduce((sum, each) => sum + each, 0)
  // With internal snapshots the base image also holds the current state and the snapshots: its bytes are theirs too.
  const frozen = disks?.every((disk) => (disk.chain?.length ?? 0) > 1) ?? false
  return (
    <>
      <span role="rowheader" className="sw-tree-name">
        <span className="name">{t('tree.base')}</span>
        <span className="note">
          {disks === null
            ? t('tree.disksUnknown')
            : t('tree.baseDisks', { count: disks.length, frozen: String(frozen) })}
        </span>
      </span>
      <span role="gridcell" className="taken" />
      <span role="gridcell" className="age" />
      <span role="gridcell" className="held" />
      <span role="gridcell" className="sw-tree-size" data-unknown={known.length === 0}>
        <SizeFigure
          size={{
            bytes: known.length === 0 ? null : bytes,
            confidence: known.length === 0 ? 'unknown' : known.length < bases.length ? 'at-least' : 'exact',
          }}
        />
      </span>
    </>
  )
}

function CurrentCells({ guest, row }: Props) {
  const t = useTranslations('guest')
  const format = useFormat()
  const parentName =
    row.kind === 'current' && row.parentKey !== null
      ? guest.snapshots.find((snapshot) => snapshot.nativeId === row.parentKey)?.name
      : undefined
  const changed = guest.changedSince
  return (
    <>
      <span role="rowheader" className="sw-tree-name">
        <span className="sw-pill">{t('tree.youAreHere')}</span>
        <span className="note">{t(guest.currentUnknown ? 'tree.currentUnknown' : 'tree.currentState')}</span>
        <span className="sw-visually-hidden">
          {parentName !== undefined &&
            (changed.bytes === null
              ? t('tree.changedUnknown', { parent: parentName })
              : t('tree.changedSince', { parent: parentName, size: format.bytes(changed.bytes) }))}
        </span>
      </span>
      <span role="gridcell" className="sw-tree-cell taken">
        {t('tree.now')}
      </span>
      <span role="gridcell" className="age" />
      <span role="gridcell" className="sw-tree-cell held">
        {t(`power.${guest.power}`)}
      </span>
      <span
        role="gridcell"
        className="sw-tree-size"
        data-unknown={changed.bytes === null}
        title={parentName === undefined ? undefined : t('tree.changedHint', { parent: parentName })}
      >
        {parentName === undefined ? null : <SizeFigure size={changed} />}
      </span>
    </>
  )
}

function FoldCells({ branches, snapshots }: { branches: number; snapshots: number }) {
  const t = useTranslations('guest')
  return (
    <span role="rowheader" className="sw-tree-name" style={{ gridColumn: '2 / -1' }}>
      <span className="note">{t('tree.fold', { branches, snapshots })}</span>
    </span>
  )
}
