'use client'
/** A storage over time: what it held, where it goes, and when that crosses a limit. One image with a whole sentence. */
import { useTranslations } from 'next-intl'
import { type PointerEvent, useState } from 'react'
import { useNow } from '@/components/ui/clock'
import type { Forecast } from '@/lib/domain/forecast'
import type { StorageEventAt, StorageHistoryView } from '@/lib/domain/storage'
import { epochMillis } from '@/lib/domain/units'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { runsOf } from '@/lib/engine/storage/gaps'
import { useFormat } from '@/lib/i18n/use-format'
import {
  areaBelow,
  axisLabels,
  bandOf,
  forecastLine,
  PLOT,
  pathWithin,
  type Scales,
  scalesOf,
  spread,
  usedLine,
} from './chart-geometry'
import { useEventWords } from './event-words'
import { useWidth } from './use-width'

/** From the top; a severity that no rule makes of this storage has no line. */
const limitsOf = ([warning, critical, emergency]: UsageLines) => [
  { share: 1, name: 'full' as const },
  ...[
    { percent: emergency, name: 'emergency' as const },
    { percent: critical, name: 'critical' as const },
    { percent: warning, name: 'warning' as const },
  ].flatMap(({ percent, name }) => (percent === null ? [] : [{ share: percent / 100, name }])),
]
/** Marks nearer to each other than this have one label. */
const MARK_PITCH = 92
/** Before the browser has measured: the width on an ordinary screen. */
const GUESSED_WIDTH = 860

type ChartProps = {
  history: StorageHistoryView
  forecast: Forecast
  capacityBytes: number
  usedBytes: number | null
  label: string
  lines: UsageLines
}

export function StorageChart({ history, forecast, capacityBytes, usedBytes, label, lines }: ChartProps) {
  const { ref, width } = useWidth(GUESSED_WIDTH)
  const scales = scalesOf(history, forecast, capacityBytes, width)
  const [pointed, setPointed] = useState<number | null>(null)
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left
    const share = left / scales.x(scales.to)
    setPointed(share > 1 ? null : scales.from + share * (scales.to - scales.from))
  }
  return (
    <div ref={ref} className="sw-chart">
      <svg
        role="img"
        aria-label={label}
        width={width}
        height={PLOT.height}
        viewBox={`0 0 ${width} ${PLOT.height}`}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        <Axes scales={scales} lines={lines} />
        <Past history={history} capacityBytes={capacityBytes} scales={scales} />
        {forecast.status === 'told' && <Future forecast={forecast} capacityBytes={capacityBytes} scales={scales} />}
        <NowMark usedBytes={usedBytes} capacityBytes={capacityBytes} scales={scales} />
        <Events events={history.events} history={history} capacityBytes={capacityBytes} scales={scales} />
        {pointed !== null && <Pointed at={pointed} history={history} capacityBytes={capacityBytes} scales={scales} />}
      </svg>
    </div>
  )
}

function Axes({ scales, lines }: { scales: Scales; lines: UsageLines }) {
  const t = useTranslations('storage.chart')
  const format = useFormat()
  const now = useNow()
  const right = scales.x(scales.to)
  const drawn = limitsOf(lines).filter(({ share }) => share >= scales.floor)
  const labels = spread(drawn.map(({ share }) => scales.y(share) + 4))
  const grid = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0].filter((share) => share >= scales.floor)
  const shown = scales.floor < 0.4 ? grid.filter((share) => Math.round(share * 10) % 2 === 0) : grid
  return (
    <>
      {shown.map((share) => (
        <g key={share}>
          <line className="grid" x1={0} x2={right} y1={scales.y(share)} y2={scales.y(share)} />
          <text className="axis" x={right + 8} y={scales.y(share) + 4}>
            {format.percent(share)}
          </text>
        </g>
      ))}
      {drawn.map(({ share, name }, index) => (
        <g key={name} className={`limit ${name}`}>
          <line x1={0} x2={right} y1={scales.y(share)} y2={scales.y(share)} />
          <text x={right + 8} y={labels[index]}>
            {t(`limit.${name}`, { share: format.percent(share) })}
          </text>
        </g>
      ))}
      {axisLabels(scales, (at) => format.date(at, 'day', now)).map(({ at, text, x, textAnchor }) => (
        <text key={at} className="axis" x={x} y={PLOT.height - 8} textAnchor={textAnchor}>
          {text}
        </text>
      ))}
    </>
  )
}

type PartProps = { history: StorageHistoryView; capacityBytes: number; scales: Scales }

function Past({ history, capacityBytes, scales }: PartProps) {
  const t = useTranslations('storage.chart')
  const runs = runsOf(history.steps, history.stepMillis)
  const data = areaBelow(runs, capacityBytes, scales, 'data')
  const known = runs.flat().filter(({ snapshotBytes }) => snapshotBytes !== null)
  const middle = known[Math.floor(known.length / 2)]
  const wide = scales.x(scales.now) - scales.x(epochMillis(known[0]?.at ?? history.to)) > 160
  return (
    <>
      <path className="used-area" d={areaBelow(runs, capacityBytes, scales, 'used')} />
      {data !== '' && <path className="data-area" d={data} />}
      <path className="used-line" d={usedLine(runs, capacityBytes, scales)} />
      {wide && middle !== undefined && (
        <>
          <text className="area-name" x={scales.x(epochMillis(middle.at))} y={PLOT.height - PLOT.bottom - 14}>
            {t('guestData')}
          </text>
          {(middle.snapshotBytes ?? 0) / capacityBytes > 0.05 && (
            <text
              className="area-name"
              x={scales.x(epochMillis(middle.at))}
              y={scales.y(((middle.usedBytes ?? 0) - (middle.snapshotBytes ?? 0) / 2) / capacityBytes) + 4}
            >
              {t('snapshots')}
            </text>
          )}
        </>
      )}
    </>
  )
}

type Told = Extract<Forecast, { status: 'told' }>

function Future({ forecast, capacityBytes, scales }: { forecast: Told; capacityBytes: number; scales: Scales }) {
  const t = useTranslations('storage.chart')
  const format = useFormat()
  const now = useNow()
  const path = pathWithin(forecast.path, scales.to)
  const marks = forecast.crossings.filter(({ at }) => at !== null && epochMillis(at) <= scales.to)
  // The last ones matter most; one that is too near to the next has no label of its own.
  const named = marks.filter((mark, index) => {
    const next = marks[index + 1]
    return next === undefined || crossingX(next.at, scales) - crossingX(mark.at, scales) > MARK_PITCH
  })
  return (
    <>
      <path className="band" d={bandOf(path, capacityBytes, scales)} />
      <path className="forecast-line" d={forecastLine(path, forecast.crossings, capacityBytes, scales)} />
      {marks.map(({ share, at }) => (
        <circle key={share} className="crossing" cx={crossingX(at, scales)} cy={scales.y(share)} r={4} />
      ))}
      {named.map(({ share, at }) => (
        <text
          key={share}
          className="crossing-name"
          x={crossingX(at, scales) - (share === 1 ? -4 : 6)}
          y={scales.y(share) - 8}
          textAnchor="end"
        >
          {share === 1
            ? t('fullOn', { date: format.date(at ?? '', 'day', now) })
            : t('crossingOn', { share: format.percent(share), date: format.date(at ?? '', 'day', now) })}
        </text>
      ))}
    </>
  )
}

const crossingX = (at: string | null, { x }: Scales): number => (at === null ? 0 : x(epochMillis(at)))

function NowMark({
  usedBytes,
  capacityBytes,
  scales,
}: {
  usedBytes: number | null
  capacityBytes: number
  scales: Scales
}) {
  const t = useTranslations('storage.chart')
  const format = useFormat()
  const x = scales.x(scales.now)
  if (usedBytes === null) return null
  const share = usedBytes / capacityBytes
  const text = t('now', { share: format.percent(share) })
  const width = text.length * 7 + 14
  return (
    <>
      <line className="now-line" x1={x} x2={x} y1={PLOT.top - 4} y2={PLOT.height - PLOT.bottom} />
      <circle className="now-dot" cx={x} cy={scales.y(share)} r={3.5} />
      <rect className="now-box" x={x - width - 8} y={scales.y(share) + 10} width={width} height={20} rx={4} />
      <text className="now-name" x={x - 15} y={scales.y(share) + 24} textAnchor="end">
        {text}
      </text>
    </>
  )
}

/** Few enough that every one has room. */
const EVENTS_DRAWN = 5
/** A word lies below its mark, and still above the axis. */
const LOWEST_EVENT = PLOT.height - PLOT.bottom - 36

function Events({ events, history, capacityBytes, scales }: PartProps & { events: readonly StorageEventAt[] }) {
  const words = useEventWords()
  const drawn = events.slice(-EVENTS_DRAWN)
  let lastX = Number.NEGATIVE_INFINITY
  return (
    <>
      {drawn.map((event) => {
        const at = epochMillis(event.at)
        const x = scales.x(at)
        // The mark of now has a label of its own just before it.
        if (x < 0 || x - lastX < MARK_PITCH / 2 || Math.abs(scales.x(scales.now) - x) < MARK_PITCH) return null
        lastX = x
        const used = nearest(history, at)?.usedBytes ?? null
        const y = Math.min(LOWEST_EVENT, used === null ? PLOT.top + 20 : scales.y(used / capacityBytes))
        return (
          <g key={`${event.event}${event.at}`} className="event">
            <line x1={x} x2={x} y1={y} y2={y + 18} />
            <text x={x + 5} y={y + 30}>
              {words.short(event)}
            </text>
          </g>
        )
      })}
    </>
  )
}

function nearest(history: StorageHistoryView, at: number) {
  let best: StorageHistoryView['steps'][number] | null = null
  for (const step of history.steps) {
    const distance = Math.abs(epochMillis(step.at) - at)
    if (step.usedBytes !== null && (best === null || distance < Math.abs(epochMillis(best.at) - at))) best = step
  }
  return best
}

function Pointed({ at, history, capacityBytes, scales }: PartProps & { at: number }) {
  const format = useFormat()
  const now = useNow()
  const step = at > scales.now + history.stepMillis ? null : nearest(history, at)
  if (step?.usedBytes == null) return null
  const x = scales.x(epochMillis(step.at))
  const share = step.usedBytes / capacityBytes
  const end = x > scales.x(scales.to) / 2
  return (
    <g className="pointed">
      <line x1={x} x2={x} y1={PLOT.top} y2={PLOT.height - PLOT.bottom} />
      <circle cx={x} cy={scales.y(share)} r={3} />
      <text x={end ? x - 8 : x + 8} y={14} textAnchor={end ? 'end' : 'start'}>
        {format.date(step.at, 'moment', now)} · {format.percent(share)} · {format.bytes(step.usedBytes)}
      </text>
    </g>
  )
}
