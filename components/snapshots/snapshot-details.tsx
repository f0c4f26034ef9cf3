'use client'
/** The drawer beside the tree: facts, files, and the configuration then and now. Focus moves to its title when it opens. */
import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { Breakable } from '@/components/ui/breakable'
import { IconButton } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { DefinitionList } from '@/components/ui/facts'
import { Notice } from '@/components/ui/notice'
import { shownActor } from '@/lib/domain/actor'
import { elapsedMillis } from '@/lib/domain/units'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { ConfigurationDiff } from './configuration-diff'
import { isExpired } from './expiry'
import { HoldNotice } from './hold-control'
import { SizeFigure } from './size-figure'
import { SnapshotActions } from './snapshot-actions'

type Props = {
  guest: GuestDetail
  snapshot: SnapshotView
  live: boolean
  /** how long it may live; null = no limit, or not known yet */
  limitMillis: number | null
  onSelect: (id: string) => void
  onClose: () => void
}

export function SnapshotDetails({ guest, snapshot, live, limitMillis, onSelect, onClose }: Props) {
  const t = useTranslations('guest.details')
  const format = useFormat()
  const now = useNow()
  const title = useRef<HTMLHeadingElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another snapshot in the open drawer is a new title to read
  useEffect(() => {
    // Only when the drawer covers the page does focus follow; beside the tree the row keeps it.
    if (window.matchMedia('(max-width: 79.99rem)').matches) title.current?.focus()
  }, [snapshot.id])
  return (
    <aside className="side" aria-label={t('label')}>
      <div className="sw-side-section">
        <div className="flex items-start gap-2">
          <h2 ref={title} tabIndex={-1} className="flex-1 wrap-anywhere text-14 font-[600] whitespace-pre-wrap">
            <Breakable text={snapshot.name} />
          </h2>
          <IconButton icon={X} label={t('close')} onClick={onClose} />
        </div>
        <p className="mt-1 text-text-2 whitespace-pre-wrap wrap-anywhere">
          {snapshot.description === '' ? t('noDescription') : snapshot.description}
        </p>
        <div className="flex flex-col gap-2 mt-2 empty:hidden">
          {snapshot.unmanaged && <Notice tone="warning">{t('unmanaged')}</Notice>}
          {snapshot.incomplete && <Notice tone="warning">{t('incomplete')}</Notice>}
          {isExpired(snapshot, now) && (
            <Notice tone="warning">
              {t('own.expired', { date: format.date(snapshot.note?.expiresAt ?? now, 'full', now) })}
            </Notice>
          )}
          {!live && <Notice tone="info">{t(guest.currentUnknown ? 'currentUnknown' : 'sideBranch')}</Notice>}
          <HoldNotice snapshot={snapshot} />
        </div>
        <SnapshotActions guest={guest} snapshot={snapshot} />
      </div>
      <Facts guest={guest} snapshot={snapshot} limitMillis={limitMillis} onSelect={onSelect} />
      <Files snapshot={snapshot} />
      <ConfigurationDiff guest={guest} snapshot={snapshot} />
    </aside>
  )
}

/** How far past its limit a snapshot is, or what is left of it. */
function useLimitWords(): (ageMillis: number, limitMillis: number) => string {
  const t = useTranslations('guest.details')
  const format = useFormat()
  return (ageMillis, limitMillis) => {
    const limit = format.age(limitMillis)
    return ageMillis > limitMillis
      ? t('limitPast', { over: format.age(ageMillis - limitMillis), limit })
      : t('limitInside', { limit, left: format.age(limitMillis - ageMillis) })
  }
}

function Facts({ guest, snapshot, limitMillis, onSelect }: Omit<Props, 'live' | 'onClose'>) {
  const t = useTranslations('guest.details')
  const words = useTranslations('words')
  const common = useTranslations('common')
  const format = useFormat()
  const now = useNow()
  const limitWords = useLimitWords()
  const parent = guest.snapshots.find((other) => other.id === snapshot.parentId)
  const children = guest.snapshots.filter((other) => other.parentId === snapshot.id)
  const taken =
    snapshot.createdAt === null
      ? common('notKnown')
      : t('takenValue', {
          date: format.date(snapshot.createdAt, 'full', now),
          ago: format.ago(snapshot.createdAt, now),
        })
  const parentValue =
    parent !== undefined ? (
      <SnapshotLink snapshot={parent} onSelect={onSelect} />
    ) : snapshot.parentMissing !== null ? (
      t('parentGone', { parent: snapshot.parentMissing })
    ) : (
      t('noParent')
    )
  const own = useOwnFacts(snapshot)
  return (
    <div className="sw-side-section">
      <DefinitionList
        labelWidth={100}
        items={[
          [t('taken'), taken],
          snapshot.createdAt === null || limitMillis === null
            ? null
            : [t('limit'), limitWords(elapsedMillis(snapshot.createdAt, now), limitMillis)],
          ...own,
          [t('holds'), words(`memory.${snapshot.memory}`)],
          [t('consistency'), t(`consistencyValue.${snapshot.consistency}`)],
          [t('power'), words(`powerThen.${snapshot.powerThen}`)],
          [t('kind'), words(`snapshotKind.${snapshot.kind}`)],
          [t('size'), <SizeFigure key="size" size={snapshot.size} place="sentence" />],
          [t('sizeSource'), words(`sizeSource.${snapshot.size.source}`)],
          [t('parent'), parentValue],
          [
            t('children'),
            children.length === 0 ? (
              t('noChildren')
            ) : (
              <Children key="children" snapshots={children} onSelect={onSelect} />
            ),
          ],
        ]}
      />
    </div>
  )
}

/** What Snapwarden itself knows of a snapshot it took: whose it is, what for, until when. Nothing for any other. */
function useOwnFacts({ note }: SnapshotView): [string, string][] {
  const t = useTranslations('guest.details.own')
  const format = useFormat()
  const now = useNow()
  if (note === null) return []
  const expires =
    note.expiresAt !== null
      ? format.date(note.expiresAt, 'full', now)
      : t(note.role === 'safety' ? 'expiresOnGood' : 'expiresNever')
  return [
    [t('ours'), t(note.role === 'safety' ? 'oursSafety' : 'oursTaken')],
    ...(note.owner === null ? [] : [[t('owner'), shownActor(note.owner)] satisfies [string, string]]),
    ...(note.purpose === null ? [] : [[t('purpose'), note.purpose] satisfies [string, string]]),
    [t('expires'), expires],
  ]
}

/** Beyond these a list of children says how many more there are. */
const CHILDREN_SHOWN = 8

function Children({ snapshots, onSelect }: { snapshots: SnapshotView[]; onSelect: (id: string) => void }) {
  const common = useTranslations('common')
  return (
    <ul>
      {snapshots.slice(0, CHILDREN_SHOWN).map((child) => (
        <li key={child.id}>
          <SnapshotLink snapshot={child} onSelect={onSelect} />
        </li>
      ))}
      {snapshots.length > CHILDREN_SHOWN && (
        <li>{common('moreItems', { count: String(snapshots.length - CHILDREN_SHOWN) })}</li>
      )}
    </ul>
  )
}

function SnapshotLink({ snapshot, onSelect }: { snapshot: SnapshotView; onSelect: (id: string) => void }) {
  return (
    <button type="button" className="sw-link wrap-anywhere text-left" onClick={() => onSelect(snapshot.id)}>
      <Breakable text={snapshot.name} />
    </button>
  )
}

function Files({ snapshot }: { snapshot: SnapshotView }) {
  const t = useTranslations('guest.details')
  const words = useTranslations('words')
  const ui = useTranslations('ui')
  const format = useFormat()
  if (snapshot.disks.length === 0 && snapshot.memoryFile === null) return null
  return (
    <section className="sw-side-section">
      <h3>{t('disks')}</h3>
      <ul className="sw-files">
        {snapshot.disks.map((disk) => (
          <li key={disk.name}>
            <span className="head">
              <span className="font-medium">{disk.name}</span>
              <span className="text-text-2">{words(`diskMode.${disk.mode}`)}</span>
              <span className="num ml-auto text-text-2">
                {disk.bytes !== null
                  ? format.bytes(disk.bytes, 'cell')
                  : disk.mode === 'external'
                    ? ui('size.unknown')
                    : null}
              </span>
            </span>
            {disk.mode === 'external' && (
              <span className="sw-mono file" title={disk.file ?? undefined}>
                {disk.file === null ? t('fileUnknown') : <Breakable text={disk.file} />}
              </span>
            )}
          </li>
        ))}
        {snapshot.memoryFile !== null && (
          <li>
            <span className="head">
              <span className="font-medium">{t('memoryFile')}</span>
              <span className="num ml-auto text-text-2">
                {snapshot.memoryFile.bytes === null
                  ? ui('size.unknown')
                  : format.bytes(snapshot.memoryFile.bytes, 'cell')}
              </span>
            </span>
            <span className="sw-mono file" title={snapshot.memoryFile.file}>
              <Breakable text={snapshot.memoryFile.file} />
            </span>
          </li>
        )}
      </ul>
    </section>
  )
}
