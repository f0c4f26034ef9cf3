'use client'
/** From now back to the snapshot, on one line; newer snapshots stand in between. Decoration with a whole sentence. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import type { Loss } from '@/lib/domain/plan'
import { elapsedMillis, epochMillis, type Instant } from '@/lib/domain/units'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { rangeText } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'

type Props = { guest: GuestDetail; snapshot: SnapshotView; losses: readonly Loss[] }

const LEFT = 20
const RIGHT = 716
/** Labels begin and end here, as the first and the last of them do. */
const EDGE = 12
/** Room between two labels, in px of the drawing. */
const GAP = 14

export function RollbackTimeline({ guest, snapshot, losses }: Props) {
  const t = useTranslations('plan')
  const format = useFormat()
  const now = useNow()
  if (snapshot.createdAt === null) return null
  const taken = snapshot.createdAt
  const span = Math.max(1, elapsedMillis(taken, now))
  const age = format.duration(span)
  const writes = losses.find((loss) => loss.kind === 'writes-since')
  const written = writes?.bytes ?? null
  // What was written since a newer snapshot is not what was written in all that time.
  const text =
    writes !== undefined && writes.name !== snapshot.name
      ? t('timeline.age', { age })
      : written === null || (written.max === null && written.min === 0)
        ? t('timeline.writtenUnknown', { age })
        : t('timeline.written', { age, size: rangeText(written, { t, format }) })
  const at = (instant: Instant) => LEFT + ((epochMillis(instant) - epochMillis(taken)) / span) * (RIGHT - LEFT)
  const newer = guest.snapshots.flatMap((other) =>
    other.createdAt !== null && other.id !== snapshot.id && other.createdAt > taken
      ? [{ name: other.name, x: Math.min(RIGHT, at(other.createdAt)), at: other.createdAt }]
      : [],
  )
  const when = (instant: Instant) => format.date(instant, sameDay(instant, now) ? 'time' : 'moment', now)
  const half = Math.min(220, halfWidth(text) + 16)
  const first = t('timeline.at', { time: when(taken), name: short(snapshot.name) })
  const last = t('timeline.current', { time: format.date(now, 'time', now) })
  const named = withRoom(
    newer.map(({ name, x, at: instant }) => ({
      x,
      text: t('timeline.at', { time: when(instant), name: short(name) }),
    })),
    EDGE + width(first),
    736 - EDGE - width(last),
  )
  return (
    <svg
      className="sw-timeline"
      viewBox="0 0 736 74"
      role="img"
      aria-label={t('timeline.label', { guest: guest.name, time: when(taken), age })}
    >
      <path d={`M${LEFT} 42H${RIGHT}`} stroke="var(--sw-warn)" strokeWidth="6" opacity=".28" />
      <path d={`M${LEFT} 42H${RIGHT}`} stroke="var(--sw-control)" strokeWidth="1.5" />
      <path d="M712 32C618 6 117 6 27 33" fill="none" stroke="var(--sw-accent)" strokeWidth="2" />
      <path
        d="M36 35.2 27 33l5.6-7.2"
        fill="none"
        stroke="var(--sw-accent)"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx={LEFT} cy="42" r="6" fill="var(--sw-accent)" />
      {newer.map(({ name, x }) => (
        <circle key={name} cx={x} cy="42" r="4.5" fill="var(--sw-surface)" stroke="var(--sw-control)" strokeWidth="2" />
      ))}
      <circle cx={RIGHT} cy="42" r="7" fill="var(--sw-surface)" stroke="var(--sw-accent)" strokeWidth="2" />
      <circle cx={RIGHT} cy="42" r="3" fill="var(--sw-accent)" />
      <rect x={368 - half} y="3" width={half * 2} height="20" rx="3" fill="var(--sw-surface)" />
      <text x="368" y="17" textAnchor="middle" fill="var(--sw-text)" fontWeight="580">
        {text}
      </text>
      <text x={EDGE} y="67" fill="var(--sw-text)" fontWeight="560">
        {first}
      </text>
      {named.map((label) => (
        <text key={label.text} x={label.x} y="67" fill="var(--sw-text-2)">
          {label.text}
        </text>
      ))}
      <text x={736 - EDGE} y="67" textAnchor="end" fill="var(--sw-text)" fontWeight="560">
        {last}
      </text>
    </svg>
  )
}

/** Half of what a text takes at 12 px, in px: a Chinese character is nearly twice as wide as a Latin one. */
const halfWidth = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 6.2 : 3.4), 0)

/** The same with what bold and rounding add: a label that only just fits runs into the next. */
const width = (text: string): number => 2 * halfWidth(text) * 1.06

type Label = { x: number; text: string }

/** The labels that stand beside one another between both ends, the earliest first; a dot without one still stands. */
function withRoom(labels: readonly Label[], from: number, to: number): Label[] {
  const placed: Label[] = []
  let free = from + GAP
  for (const label of [...labels].sort((a, b) => a.x - b.x)) {
    if (label.x < free || label.x + width(label.text) + GAP > to) continue
    placed.push(label)
    free = label.x + width(label.text) + GAP
  }
  return placed
}

const sameDay = (a: Instant, b: Instant): boolean => a.slice(0, 10) === b.slice(0, 10)
/** A long name keeps its end, where people put the purpose. */
const short = (name: string): string => (name.length <= 22 ? name : `…${name.slice(-21)}`)
