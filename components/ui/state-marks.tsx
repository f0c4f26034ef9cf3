import { CalendarCheck } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { useFormat } from '@/lib/i18n/use-format'
import { cx } from './class-names'
import { Icon } from './icon'
import { VisuallyHidden } from './visually-hidden'

/** Filled grey label of an environment; `strong` for production. No colour: colour is for states. */
export function EnvironmentTag({ name, strong = name === 'prod' }: { name: string; strong?: boolean }) {
  return <span className={cx('sw-tag sw-tag-env', strong && 'sw-tag-strong')}>{name}</span>
}

/** An outlined label. */
export function Tag({ children }: { children: ReactNode }) {
  return <span className="sw-tag">{children}</span>
}

/** Solid green runs, ring is off, thick ring is paused, dashed is not known. `word` also prints it. */
export function PowerDot({
  power,
  word = false,
}: {
  power: 'running' | 'paused' | 'stopped' | 'suspended' | 'unknown'
  word?: boolean
}) {
  const t = useTranslations('ui')
  const dot = <span className={cx('sw-dot', power !== 'running' && `sw-dot-${power}`)} aria-hidden="true" />
  return word ? (
    <span className="inline-flex items-center gap-1.5">
      {dot}
      <span className="text-text-2">{t(`power.${power}`)}</span>
    </span>
  ) : (
    <span className="inline-flex" title={t(`power.${power}`)}>
      {dot}
      <VisuallyHidden>{t(`power.${power}`)} </VisuallyHidden>
    </span>
  )
}

const BARS = [
  { x: 0, y: 8, height: 4 },
  { x: 4.5, y: 4, height: 8 },
  { x: 9, y: 0, height: 12 },
]
const LEVEL = { unknown: 0, crash: 1, filesystem: 2, application: 3 } as const

/**
 * How consistent a snapshot's data is: three neutral bars, or dashed ones when nobody told.
 * It is a choice, not a score, so it has no colour.
 */
export function StateHeld({ consistency, memory = false }: { consistency: keyof typeof LEVEL; memory?: boolean }) {
  const t = useTranslations('ui')
  const hint = [t(`held.${consistency}Hint`), memory ? t('held.memoryHint') : ''].filter(Boolean).join('. ')
  return (
    <span className="sw-held" title={hint}>
      <svg width="13" height="12" viewBox="0 0 13 12" aria-hidden="true">
        {BARS.map(({ x, y, height }, index) =>
          consistency === 'unknown' ? (
            <rect key={x} x={x + 0.5} y={y + 0.5} width="2.2" height={height - 1} rx=".6" className="dashed" />
          ) : (
            <rect
              key={x}
              x={x}
              y={y}
              width="3.2"
              height={height}
              rx=".8"
              className={index < LEVEL[consistency] ? 'on' : undefined}
            />
          ),
        )}
      </svg>
      <span>
        {t(`held.${consistency}`)}
        {memory ? ` ${t('held.memory')}` : ''}
      </span>
    </span>
  )
}

/**
 * A snapshot's age, with its limit when a policy gives one: a pie fills toward it, past it the clock turns amber,
 * past three times orange. `ageMillis` null = the time it was taken is not known.
 */
export function AgeAndLimit({
  ageMillis,
  limitMillis = null,
  exceptedUntil = null,
}: {
  ageMillis: number | null
  limitMillis?: number | null
  /** formatted date until which an exception holds; '' = without an end */
  exceptedUntil?: string | null
}) {
  const t = useTranslations('ui')
  const format = useFormat()
  if (ageMillis === null) return <span className="text-text-3">{t('size.unknown')}</span>
  const age = format.age(ageMillis)
  if (exceptedUntil !== null)
    return (
      <span className="sw-age">
        <Icon icon={CalendarCheck} small />
        <span className="sw-age-value">{age}</span>
        <span className="sw-age-limit">
          {exceptedUntil === '' ? t('age.excepted') : t('age.exceptedUntil', { date: exceptedUntil })}
        </span>
      </span>
    )
  if (limitMillis === null) return <span className="num whitespace-nowrap">{age}</span>
  const limit = format.age(limitMillis)
  const over = ageMillis > limitMillis
  const far = ageMillis > 3 * limitMillis
  return (
    <span
      className={cx('sw-age', far ? 'sw-age-far' : over && 'sw-age-over')}
      title={
        over ? t('age.past', { over: format.age(ageMillis - limitMillis), limit }) : t('age.inside', { age, limit })
      }
    >
      {over ? <FullClock /> : <Pie share={ageMillis / limitMillis} />}
      <span className="sw-age-value">{age}</span>
      <span className="sw-age-limit">{t('age.of', { limit })}</span>
    </span>
  )
}

function FullClock() {
  return (
    <svg viewBox="0 0 14 14" aria-hidden="true">
      <circle cx="7" cy="7" r="6.3" fill="currentColor" />
      <path
        d="M7 3.6V7l2.3 1.7"
        fill="none"
        stroke="var(--sw-surface)"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

function Pie({ share }: { share: number }) {
  const angle = Math.min(0.999, share) * 2 * Math.PI
  const x = (7 + 4 * Math.sin(angle)).toFixed(2)
  const y = (7 - 4 * Math.cos(angle)).toFixed(2)
  return (
    <svg viewBox="0 0 14 14" aria-hidden="true">
      <circle cx="7" cy="7" r="5.7" fill="none" stroke="currentColor" strokeWidth="1.3" />
      <path d={`M7 7V3A4 4 0 ${angle > Math.PI ? 1 : 0} 1 ${x} ${y}Z`} fill="currentColor" />
    </svg>
  )
}

/** Chain depth as up to five cells and its number; past `limit` amber. Null depth is "not known". */
export function ChainDepth({ depth, limit = 3 }: { depth: number | null; limit?: number }) {
  const t = useTranslations('ui')
  if (depth === null) return <span className="text-text-3">{t('size.unknown')}</span>
  const over = depth > limit
  return (
    <span
      className={cx('sw-depth', over && 'sw-depth-over')}
      title={over ? t('depthAdvised', { limit: String(limit) }) : undefined}
    >
      <span aria-hidden="true">
        {[1, 2, 3, 4, 5].map((cell) => (
          <i key={cell} className={cell > depth ? undefined : cell > limit ? 'over' : 'on'} />
        ))}
      </span>
      {depth}
    </span>
  )
}
