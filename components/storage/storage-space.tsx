'use client'
/** What takes the space of a storage, by guest and snapshot, and who made it grow since yesterday. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type ReactNode, useId, useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import { Legend } from '@/components/ui/meter'
import { SectionHeader } from '@/components/ui/page'
import { type GuestSpace, SPACE_NAMED, type StorageSpace as Space } from '@/lib/domain/storage'
import type { StorageDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { SpaceSnapshots } from './space-snapshots'
import { restOf, sum } from './space-sums'

export function StorageSpace({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.space')
  const { data: space } = useSuspenseQuery(q.storageSpace(storage.id))
  // Without its volumes, no guest in it says nothing of what is there.
  const unread = storage.volumesFreshness.unread !== undefined
  // A block storage tells no sizes, but its guests may tell what they wrote.
  const told = space.guests.some(({ total, growth }) => total.bytes !== null || growth.bytes !== null)
  return (
    <section className="sw-storage-space" aria-label={t('title')}>
      <SectionHeader title={t('title')} end={<SpaceLegend />} />
      {space.guests.length === 0 ? (
        <p className="text-text-2 py-2">{t(unread ? 'unread' : 'none')}</p>
      ) : !told ? (
        <p className="text-text-2 py-2">{t('notTold')}</p>
      ) : (
        <SpaceTable space={space} usedBytes={unread ? null : storage.usedBytes} />
      )}
      {space.leftover === null && !unread && <p className="text-12 text-text-3 pt-2">{t('leftoverUnknown')}</p>}
    </section>
  )
}

function SpaceLegend() {
  const t = useTranslations('ui.meter')
  return (
    <span className="inline-flex gap-x-3 text-12 text-text-3">
      <Legend color="data-1">{t('data')}</Legend>
      <Legend color="data-2">{t('held')}</Legend>
    </span>
  )
}

const totalOf = ({ total }: GuestSpace): number => total.bytes ?? 0

function SpaceTable({ space, usedBytes }: { space: Space; usedBytes: number | null }) {
  const t = useTranslations('storage.space')
  const format = useFormat()
  const now = useNow()
  const shown = space.guests.slice(0, SPACE_NAMED)
  const rest = space.guests.slice(SPACE_NAMED)
  const most = Math.max(1, ...shown.map(totalOf))
  const since = space.growthSince
  const left = restOf(space, usedBytes)
  return (
    <table className="sw-table sw-table-flush sw-table-static">
      <thead>
        <tr>
          <th scope="col" className="w-[30%] max-md:w-[42%]">
            {t('guest')}
          </th>
          <th scope="col" className="max-md:hidden" />
          <th scope="col" className="w-26 sw-number" aria-sort="descending">
            {t('total')}
          </th>
          <th scope="col" className="w-26 sw-number">
            {t('snapshots')}
          </th>
          {since !== null && (
            <th scope="col" className="w-26 sw-number max-lg:hidden">
              {t('growth', { date: format.date(since, 'day', now) })}
            </th>
          )}
        </tr>
      </thead>
      {shown.map((guest) => (
        <GuestLines key={guest.guestId ?? guest.name} guest={guest} most={most} growth={since !== null} />
      ))}
      <tbody>
        {rest.length > 0 && (
          <SumLine
            name={t('others', { count: rest.length })}
            bytes={sum(rest.map(({ total }) => total.bytes))}
            snapshots={sum(rest.map(({ snapshots }) => snapshots.bytes))}
            growth={since !== null}
          />
        )}
        {space.shared.files > 0 && (
          <SumLine name={t('shared')} bytes={space.shared.bytes} snapshots={0} growth={since !== null} />
        )}
        {(['leftoverMemory', 'leftover'] as const).map((key) => {
          const sorted = key === 'leftover' ? space.leftover?.others : space.leftover?.memory
          if (sorted === undefined || sorted.files === 0) return null
          const name = t(key, { count: sorted.files })
          return <SumLine key={key} name={name} bytes={sorted.bytes} snapshots={0} growth={since !== null} />
        })}
        {left !== null && <SumLine name={t('rest')} bytes={left} snapshots={0} growth={since !== null} />}
      </tbody>
    </table>
  )
}

type LineProps = { guest: GuestSpace; most: number; growth: boolean }

/** A guest's line, and its snapshots one by one when asked for. */
function GuestLines({ guest, most, growth }: LineProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <>
      <tbody>
        <GuestLine guest={guest} most={most} growth={growth}>
          <Opener name={guest.name} open={open} controls={id} onClick={() => setOpen(!open)} />
        </GuestLine>
      </tbody>
      {open && <SpaceSnapshots guest={guest} id={id} growth={growth} />}
    </>
  )
}

function Opener({
  name,
  open,
  controls,
  onClick,
}: {
  name: string
  open: boolean
  controls: string
  onClick: () => void
}) {
  const t = useTranslations('storage.space')
  return (
    <IconButton
      small
      icon={open ? ChevronDown : ChevronRight}
      label={t(open ? 'hide' : 'show', { name })}
      aria-expanded={open}
      aria-controls={open ? controls : undefined}
      onClick={onClick}
    />
  )
}

function GuestLine({ guest, most, growth, children }: LineProps & { children: ReactNode }) {
  const t = useTranslations('storage.space')
  const format = useFormat()
  const common = useTranslations('common')
  const bytes = (value: number | null): string => (value === null ? common('notKnown') : format.bytes(value))
  const width = (value: number | null): string => `${((value ?? 0) / most) * 100}%`
  return (
    <tr>
      <th scope="row" title={guest.name}>
        <span className="sw-space-guest">
          {children}
          {guest.guestId === null ? (
            <span>{guest.name}</span>
          ) : (
            <Link href={`/guests/${guest.guestId}`} className="sw-name">
              {guest.name}
            </Link>
          )}
        </span>
      </th>
      <td className="max-md:hidden">
        <span
          className="sw-space-bar"
          role="img"
          aria-label={t('bar', { data: bytes(guest.data.bytes), snapshots: bytes(guest.snapshots.bytes) })}
        >
          <i className="data" style={{ width: width(guest.data.bytes) }} />
          <i className="held" style={{ width: width(guest.snapshots.bytes) }} />
        </span>
      </td>
      <td className="sw-number">
        <Bytes value={guest.total.bytes} cell />
      </td>
      <td className="sw-number text-text-2">
        <Bytes value={guest.snapshots.bytes} confidence={guest.snapshots.confidence} cell />
      </td>
      {growth && (
        <td className="sw-number max-lg:hidden">
          <Growth growth={guest.growth} />
        </td>
      )}
    </tr>
  )
}

function Growth({ growth }: { growth: GuestSpace['growth'] }) {
  const format = useFormat()
  const { bytes, confidence } = growth
  if (bytes === null) return <Bytes value={null} cell />
  if (bytes === 0) return <span className="text-text-3">0</span>
  const size = format.bytes(Math.abs(bytes), 'cell')
  return (
    <span className="num whitespace-nowrap">{`${confidence === 'at-most' ? '≤ ' : ''}${bytes > 0 ? '+' : '−'}${size}`}</span>
  )
}

function SumLine({
  name,
  bytes,
  snapshots,
  growth,
}: {
  name: string
  bytes: number | null
  snapshots: number | null
  growth: boolean
}) {
  return (
    <tr>
      <th scope="row" className="text-text-2 sw-space-sum">
        {name}
      </th>
      <td className="max-md:hidden" />
      <td className="sw-number">
        <Bytes value={bytes} cell />
      </td>
      <td className="sw-number text-text-2">{snapshots === 0 ? '' : <Bytes value={snapshots} cell />}</td>
      {growth && <td className="max-lg:hidden" />}
    </tr>
  )
}

/** Who made it grow most since yesterday. */
export function TopGrowers({ storageId }: { storageId: string }) {
  const t = useTranslations('storage.space')
  const format = useFormat()
  const now = useNow()
  const { data: space } = useSuspenseQuery(q.storageSpace(storageId))
  if (space.growthSince === null) return <p className="text-12 text-text-3">{t('growthLater')}</p>
  const date = format.date(space.growthSince, 'moment', now)
  const growers = space.guests
    .filter(({ growth }) => (growth.bytes ?? 0) > 0)
    .sort((a, b) => (b.growth.bytes ?? 0) - (a.growth.bytes ?? 0))
    .slice(0, 5)
  if (growers.length === 0) return <p className="text-12 text-text-3">{t('noGrowers', { date })}</p>
  return (
    <>
      <h3>{t('growers', { date })}</h3>
      <ul className="sw-growers">
        {growers.map((guest) => (
          <li key={guest.name}>
            {guest.guestId === null ? (
              guest.name
            ) : (
              <Link href={`/guests/${guest.guestId}`} className="sw-name">
                {guest.name}
              </Link>
            )}
            <Growth growth={guest.growth} />
          </li>
        ))}
      </ul>
    </>
  )
}
