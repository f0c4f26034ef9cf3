/** 1,000 storages over time: what remembering them costs, what it fills, how fast charts and forecasts are, how true. */
import type { ConnectionId } from '../../lib/domain/ids'
import { instantAt, MINUTE } from '../../lib/domain/units'
import { forecastStorage } from '../../lib/engine/forecast/forecast'
import { type BacktestLine, backtest, ours, plainRegression } from '../../lib/engine/forecast/testing/backtest'
import { growthSeries } from '../../lib/engine/forecast/testing/series'
import type { Store } from '../../lib/store/client'
import { rollUp } from '../../lib/store/roll-up'
import { pastOf } from '../../lib/store/storage-past'
import { withTransaction } from '../../lib/store/tx'
import { recordSamples } from '../../lib/store/write-samples'
import { refreshForecasts } from '../../lib/worker/tasks/refresh-forecasts'
import { createAdministrator, createToken, holdConnections, type Product, startMeasured } from './product'
import type { Bench, Figure } from './report'
import { median, percentile, timed } from './stats'
import { bytesOnDisk, fillStoragePast, SIZE } from './storage-past'

const MOST_OF_A_CORE_PERCENT = 2
const MOST_DISK_MB = 1_500
const MOST_CHART_MS = 50
const MOST_FORECASTS_MS = 200
const MOST_ERROR_RATIO = 0.7
/** Minutes of ingest that are measured, and how often a connection is read within one. */
const MINUTES = 10
const READINGS_A_MINUTE = 6
/** Roll-ups and forecasts come this often. */
const ROUND_MINUTES = 5
const CHARTS_EACH = 15
/** Seeds that nobody looked at while the forecaster was made, nor when one of its versions was chosen. */
const UNSEEN_SEEDS = [70_001, 70_002, 70_003, 70_004]

export const storageBench: Bench = {
  name: 'storage',
  about: `${SIZE.storages.toLocaleString('en')} storages, one sample a minute, and their forecasts`,
  async run({ say }) {
    const product = await startMeasured()
    try {
      await createAdministrator(product.data)
      say('storing 90 days of history')
      await fillStoragePast(product.store, say)
      await holdConnections(product.store)
      const disk = await diskFigure(product.store)
      const forecasts = await forecastFigure(product.store)
      return [await ingestFigure(product.store), disk, await chartFigure(product), forecasts, ...truthFigures(say)]
    } finally {
      await product.close()
    }
  },
}

async function ingestFigure(store: Store): Promise<Figure> {
  const connections = await store.query<{ id: ConnectionId; natives: string[] }>(
    'SELECT connection_id AS id, array_agg(native_id) AS natives FROM storages GROUP BY connection_id',
  )
  const start = Math.floor(Date.now() / MINUTE) * MINUTE + MINUTE
  const rounds: number[] = []
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const { millis } = await timed(async () => {
      for (let reading = 0; reading < READINGS_A_MINUTE; reading += 1) {
        const at = instantAt(start + minute * MINUTE + reading * 10_000)
        for (const { id, natives } of connections) {
          await withTransaction(store, (tx) => recordSamples(tx, id, natives, at))
        }
      }
    })
    rounds.push(millis)
  }
  const end = instantAt(start + MINUTES * MINUTE)
  await withTransaction(store, (tx) => rollUp(tx, end))
  const rolled = await timed(() => withTransaction(store, (tx) => rollUp(tx, end)))
  const forecast = await timed(() => refreshForecasts(store, end, null))
  const aMinute = median(rounds) + (rolled.millis + forecast.millis) / ROUND_MINUTES
  return {
    bench: 'storage',
    what: 'ingest, roll-up and forecasts, of one core',
    value: (aMinute / MINUTE) * 100,
    unit: '%',
    target: { most: MOST_OF_A_CORE_PERCENT },
    note: `waited for one after another, database included: ${median(rounds).toFixed(0)} ms a minute for ${connections.length} connections read every 10 s, ${rolled.millis.toFixed(0)} ms of roll-up and ${forecast.millis.toFixed(0)} ms of forecasts every ${ROUND_MINUTES} minutes`,
  }
}

async function diskFigure(store: Store): Promise<Figure> {
  const sizes = await bytesOnDisk(store)
  return {
    bench: 'storage',
    what: '90 days of history on disk',
    value: sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
    unit: 'MB',
    target: { most: MOST_DISK_MB },
    note: sizes.map(({ table, bytes }) => `${table} ${(bytes / 1e6).toFixed(0)}`).join(', '),
  }
}

async function chartFigure({ url, data, store }: Product): Promise<Figure> {
  const headers = { authorization: `Bearer ${await createToken(data)}` }
  const storages = await store.query<{ id: string }>('SELECT id FROM storages ORDER BY md5(id) LIMIT $1', [CHARTS_EACH])
  const times: number[] = []
  for (let round = -1; round < 2; round += 1) {
    for (const { id } of storages) {
      for (const range of ['7d', '30d', '90d', '365d']) {
        const { millis } = await timed(async () => {
          const answer = await fetch(`${url}/api/v1/storages/${id}/history?range=${range}`, { headers })
          const body = await answer.text()
          if (!answer.ok) throw new Error(`${range} answered ${answer.status}: ${body.slice(0, 300)}`)
        })
        if (round >= 0) times.push(millis)
      }
    }
  }
  return {
    bench: 'storage',
    what: 'any chart, p95',
    value: percentile(times, 0.95),
    unit: 'ms',
    target: { most: MOST_CHART_MS },
    note: `${times.length} requests of 4 ranges through the real web server, median ${median(times).toFixed(1)} ms`,
  }
}

async function forecastFigure(store: Store): Promise<Figure> {
  const series = await store.query<{ id: number }>('SELECT id FROM storage_series')
  const now = instantAt(Date.now())
  const past = await pastOf(
    store,
    series.map(({ id }) => id),
    instantAt(Date.now() - 60 * 24 * 60 * MINUTE),
    now,
  )
  const inputs = [...past.values()].map((points) => ({ points, capacityBytes: SIZE.capacityBytes }))
  const runs: number[] = []
  for (let run = 0; run < 9; run += 1) {
    const before = process.cpuUsage()
    for (const input of inputs) forecastStorage(input)
    const { user, system } = process.cpuUsage(before)
    runs.push((user + system) / 1_000)
  }
  const whole = await timed(() => refreshForecasts(store, now, null))
  return {
    bench: 'storage',
    what: `forecasts of all ${inputs.length} storages`,
    value: median(runs),
    unit: 'ms',
    target: { most: MOST_FORECASTS_MS },
    note: `processor time, from ${inputs[0]?.points.length} hours each, median of ${runs.length}; ${(whole.millis / 1000).toFixed(1)} s with reading the hours and writing the answers, which the worker does every ${ROUND_MINUTES} minutes`,
  }
}

function truthFigures(say: (line: string) => void): Figure[] {
  const series = UNSEEN_SEEDS.flatMap((seed) => growthSeries(seed, 250))
  const mine = backtest(series, ours)
  const plain = backtest(series, plainRegression)
  say('kind       series  median error, days   false alarms   missed     (plain regression in brackets)')
  for (const [index, line] of mine.entries()) say(rowOf(line, plain[index]))
  const [all] = mine
  const [others] = plain
  if (all === undefined || others === undefined) throw new Error('nothing was replayed')
  return [
    {
      bench: 'storage',
      what: 'median error in days to full, of plain regression',
      value: all.medianErrorDays / others.medianErrorDays,
      unit: 'times',
      target: { most: MOST_ERROR_RATIO },
      note: `${all.medianErrorDays.toFixed(2)} against ${others.medianErrorDays.toFixed(2)} days on ${series.length} replayed series of unseen seeds`,
    },
    {
      bench: 'storage',
      what: 'false alarms "full within 7 days"',
      value: all.falseAlarms,
      unit: 'cases',
      target: { most: others.falseAlarms - 1 },
      note: `plain regression ${others.falseAlarms}; missed ${all.missed} against ${others.missed}`,
    },
  ]
}

const rowOf = (line: BacktestLine, plain: BacktestLine | undefined): string =>
  [
    line.kind.padEnd(10),
    String(line.series).padStart(6),
    `${line.medianErrorDays.toFixed(2)} (${plain?.medianErrorDays.toFixed(2)})`.padStart(19),
    `${line.falseAlarms} (${plain?.falseAlarms})`.padStart(13),
    `${line.missed} (${plain?.missed})`.padStart(10),
  ].join(' ')
