import { useTranslations } from 'next-intl'
import { useFormat } from '@/lib/i18n/use-format'
import { cx } from './class-names'

/** Used shares in percent at which a warning, something critical and an emergency begin; null = nothing does. */
export type MeterTicks = readonly [warning: number | null, critical: number | null, emergency: number | null]

/** Defaults of the design, where no rule says anything. */
export const DEFAULT_TICKS: MeterTicks = [80, 90, 95]

/** Severity of a used share. */
export function usageSeverity(
  share: number,
  [warning, critical, emergency]: MeterTicks = DEFAULT_TICKS,
): 'ok' | 'warning' | 'critical' | 'emergency' {
  const percent = share * 100
  const isOver = (line: number | null): boolean => line !== null && percent >= line
  return isOver(emergency) ? 'emergency' : isOver(critical) ? 'critical' : isOver(warning) ? 'warning' : 'ok'
}

type MeterProps = {
  /** used bytes, null = not known */
  used: number | null
  /** total bytes, null = not known */
  capacity: number | null
  /** bytes of `used` held by snapshots; null = not known (then only data is drawn) */
  held?: number | null
  /** the values are last known: hatched, ticks stay. `age` in ms is said. */
  stale?: { age: number } | null
  ticks?: MeterTicks
  /** 14 px high, in flows and on phones */
  large?: boolean
  className?: string
}

/**
 * Usage bar: grey guest data, then the part held by snapshots in the status colour, ticks at the thresholds.
 * It is an image with a whole sentence; the percentage stands beside it, never in colour alone.
 */
export function Meter({
  used,
  capacity,
  held = null,
  stale = null,
  ticks = DEFAULT_TICKS,
  large = false,
  className,
}: MeterProps) {
  const t = useTranslations('ui')
  const format = useFormat()
  const known = used !== null && capacity !== null && capacity > 0
  if (!known)
    return (
      <div
        role="img"
        aria-label={t('meter.unknown')}
        className={cx('sw-meter sw-meter-unknown', large && 'sw-meter-lg', className)}
      />
    )

  const share = Math.min(1, used / capacity)
  const heldShare = held === null ? null : Math.min(share, held / capacity)
  const severity = usageSeverity(used / capacity, ticks)
  const sentence = [
    t('meter.used', {
      used: format.bytes(used),
      capacity: format.bytes(capacity),
      share: format.percent(used / capacity),
    }),
    heldShare === null ? '' : t('meter.snapshots', { share: format.percent(heldShare) }),
    stale || severity === 'ok' ? '' : t(`meter.severity.${severity}`),
    stale ? t('meter.stale', { age: format.age(stale.age) }) : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
  return (
    <div
      role="img"
      aria-label={sentence}
      className={cx(
        'sw-meter',
        stale ? 'sw-meter-stale' : severity !== 'ok' && `sw-meter-${severity}`,
        large && 'sw-meter-lg',
        className,
      )}
    >
      <span className="data" style={{ width: `${share * 100}%` }} />
      {stale === null && heldShare !== null && heldShare > 0 ? (
        <span className="held" style={{ left: `${(share - heldShare) * 100}%`, width: `${heldShare * 100}%` }} />
      ) : null}
      {ticks.map((tick, place) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its severity
        tick === null ? null : <i key={place} style={{ left: `${tick}%` }} />,
      )}
    </div>
  )
}

/** What the two greys mean, and where the ticks are. */
export function MeterLegend({ ticks = DEFAULT_TICKS, held = true }: { ticks?: MeterTicks; held?: boolean }) {
  const t = useTranslations('ui')
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3">
      <Legend color="data-1">{t('meter.data')}</Legend>
      {held ? <Legend color="data-2">{t('meter.held')}</Legend> : null}
      <span className="sw-legend">
        {t('meter.ticks', { ticks: ticks.filter((tick) => tick !== null).join(' · ') })}
      </span>
    </span>
  )
}

/** A swatch with its word. */
export function Legend({
  color,
  children,
}: {
  color: 'data-1' | 'data-2' | 'warn' | 'crit' | 'emerg'
  children: string
}) {
  return (
    <span className="sw-legend">
      <span className="sw-swatch" style={{ background: `var(--sw-${color})` }} />
      {children}
    </span>
  )
}

/** One thing getting done, `share` 0…1. */
export function ProgressBar({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <div
      className="sw-progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  )
}
