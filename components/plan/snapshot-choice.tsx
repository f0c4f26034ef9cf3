'use client'
/** Snapshots of one guest to choose from, newest first: one of them, or several. */
import { useTranslations } from 'next-intl'
import { SizeFigure } from '@/components/snapshots/size-figure'
import { Breakable } from '@/components/ui/breakable'
import { StateHeld } from '@/components/ui/state-marks'
import { DateTime } from '@/components/ui/time-ago'
import type { SnapshotId } from '@/lib/domain/ids'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'

type Props = {
  guest: GuestDetail
  name: string
  selected: ReadonlySet<string>
  onToggle: (id: SnapshotId) => void
  /** one only: radio buttons */
  single?: boolean
}

/** Newest first; the ones whose time is not told come last, by name. */
export const newestFirst = (snapshots: readonly SnapshotView[]): SnapshotView[] =>
  [...snapshots].sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (a.name < b.name ? -1 : 1))

export function SnapshotChoice({ guest, name, selected, onToggle, single = false }: Props) {
  const t = useTranslations('flows')
  const tree = useTranslations('guest.tree')
  return (
    <ul>
      {newestFirst(guest.snapshots).map((snapshot) => {
        const why = whyNot(snapshot)
        const id = `${name}-${snapshot.id}`
        return (
          <li key={snapshot.id} className="sw-choice-row">
            <input
              id={id}
              type={single ? 'radio' : 'checkbox'}
              name={name}
              className={single ? 'sw-radio' : 'sw-check'}
              checked={selected.has(snapshot.id)}
              disabled={why !== null}
              onChange={() => onToggle(snapshot.id)}
            />
            <label htmlFor={id} className="min-w-0">
              <span className="font-strong wrap-anywhere whitespace-pre-wrap">
                <Breakable text={snapshot.name} />
              </span>
              <span className="flex flex-wrap gap-x-3 text-12 text-text-3">
                {snapshot.createdAt === null ? tree('timeUnknown') : <DateTime at={snapshot.createdAt} />}
                <StateHeld consistency={snapshot.consistency} memory={snapshot.memory === 'saved'} />
                {snapshot.id === guest.currentParentId && <span>{t('rollback.youAreHere')}</span>}
                {why !== null && <span>{why}</span>}
              </span>
            </label>
            <span className="num text-right">
              <SizeFigure size={snapshot.size} />
            </span>
          </li>
        )
      })}
    </ul>
  )

  function whyNot(snapshot: SnapshotView): string | null {
    if (snapshot.unmanaged) return tree('unmanaged')
    if (single) return snapshot.incomplete ? tree('incomplete') : null
    return snapshot.held ? t('delete.held') : null
  }
}
