'use client'
/** A chain before and after: squares are bases, dots what lies on them, the ring is current data, crosses go. */
import { useTranslations } from 'next-intl'
import { SectionHeader } from '@/components/ui/page'
import type { Plan } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { fileName } from '@/lib/i18n/commands'
import { type ChainChange, chainChanges } from './chain-change'

/** Guests drawn; of more the table tells. */
const DRAWN = 6

export function ChainPictures({ plan, guests }: { plan: Plan; guests: readonly GuestDetail[] }) {
  const t = useTranslations('plan.order')
  const changes = chainChanges(plan, guests).slice(0, DRAWN)
  if (changes.length === 0) return null
  return (
    <section className="mt-5">
      <SectionHeader title={t('chain')} />
      <div className="sw-chains mt-2">
        {changes.map((change) => (
          <ChainLine key={`${change.of} ${change.label}`} change={change} />
        ))}
      </div>
    </section>
  )
}

function ChainLine({ change }: { change: ChainChange }) {
  const t = useTranslations('plan.order')
  const { label, of, before, after } = change
  const shown = (name: string) => (of === 'images' ? fileName(name) : name)
  const counts = { before: String(before.length), after: String(after.length) }
  // Of images the first is the base; below the first snapshot it is drawn as well, and nothing of it goes.
  const [base, now] = [t('base'), t('nowHere')].map((name) => ({ name, gone: false }))
  const points = (of === 'images' ? before : [base, ...before, now].filter((point) => point !== undefined)).map(
    (point) => ({ ...point, title: t(point.gone ? 'gone' : 'stays', { name: shown(point.name) }) }),
  )
  const left = (of === 'images' ? after : [t('base'), ...after, t('nowHere')]).map((name) => ({
    name,
    gone: false,
    title: shown(name),
  }))
  const scale = points.length
  return (
    <div className="sw-chain-change">
      <span className="font-strong wrap-anywhere">{label}</span>
      <Points points={points} scale={scale} />
      <span className="text-text-3">{t('becomes')}</span>
      <Points points={left} scale={scale} />
      <span className="num text-text-2">{t(of === 'images' ? 'depth' : 'depthSnapshots', counts)}</span>
    </div>
  )
}

type Point = { name: string; gone: boolean; title: string }

/** Points further apart than this look like different chains. */
const GAP = 36
const RADIUS = 4
const MIDDLE = 12

function Points({ points, scale }: { points: readonly Point[]; scale: number }) {
  const at = (index: number) => MIDDLE + index * GAP
  return (
    <svg
      viewBox={`0 0 ${at(scale - 1) + MIDDLE} ${2 * MIDDLE}`}
      preserveAspectRatio="xMinYMid meet"
      role="img"
      aria-label={points.map(({ title }) => title).join(', ')}
    >
      <line x1={at(0)} x2={at(points.length - 1)} y1={MIDDLE} y2={MIDDLE} />
      {points.map(({ name, gone, title }, index) => (
        <g key={name}>
          <title>{title}</title>
          <Mark
            x={at(index)}
            gone={gone}
            place={index === points.length - 1 ? 'now' : index === 0 ? 'base' : 'stays'}
          />
        </g>
      ))}
    </svg>
  )
}

function Mark({ x, gone, place }: { x: number; gone: boolean; place: 'base' | 'stays' | 'now' }) {
  if (gone)
    return (
      <>
        <circle className="gone" cx={x} cy={MIDDLE} r={RADIUS + 2} />
        <path className="gone" d={`M${x - 2} ${MIDDLE - 2}l4 4m0-4l-4 4`} />
      </>
    )
  if (place === 'base') return <rect className="base" x={x - 5} y={MIDDLE - 5} width={10} height={10} rx={1} />
  return (
    <>
      <circle className={place} cx={x} cy={MIDDLE} r={place === 'now' ? RADIUS + 2 : RADIUS} />
      {place === 'now' && <circle className="stays" cx={x} cy={MIDDLE} r={2.5} />}
    </>
  )
}
