import { expect, test } from 'vitest'
import { headersOf } from './answer'
import { manualClock } from './clock'
import { handle } from './handle'
import { interludes } from './interludes'
import { freshRecordedServer, RECORDING_STARTED } from './inventory'
import { notReproduced } from './not-reproduced'
import { seededChance } from './random'
import { bodyOf, comparable, momentOf, recordedExchanges, requestFor, waitLikeTheRecorder } from './replay'

/** Every recorded exchange, in order, against one simulator that starts as the recorded server did. */
const clock = manualClock(RECORDING_STARTED * 1000)
const cluster = freshRecordedServer({ clock, chance: seededChance(1) })
const upids = new Map<string, string>()
const reproduced: number[] = []

for (const exchange of recordedExchanges()) {
  const { seq, response } = exchange
  const difference = notReproduced(exchange)
  test(`${seq} ${exchange.group}: ${exchange.title}${difference === undefined ? '' : ` (differs: ${difference.why})`}`, () => {
    const recordedAt = momentOf(exchange)
    const running =
      JSON.stringify(response.body).includes('"status":"running"') && exchange.request.path.includes('/tasks/')
    if (!running && recordedAt > clock.now()) clock.advance(recordedAt - clock.now())
    interludes[seq]?.(cluster)
    const request = requestFor(cluster, exchange, upids)
    const asked = decodeURIComponent(/\/tasks\/(UPID[^/?]+)/.exec(request.target)?.[1] ?? '')
    waitLikeTheRecorder(cluster, clock, exchange, asked)
    const answer = handle(cluster, request)
    const body = bodyOf(answer)
    clock.advance(8)
    remember(response.body, body)
    const own = { status: answer.status, reason: answer.reason, body }
    const names = headersOf(answer, clock.now()).map(([name]) => name)
    if (difference !== undefined) {
      expect(comparable(own)).not.toEqual(comparable(response))
      if (difference.what === 'absent') return
      expect([own.status, own.reason, names]).toEqual([
        response.status,
        response.reason,
        response.headers.map(([name]) => name),
      ])
      // A token's task says so: none of the recorded rows may have been one's.
      expect([...keysOf(response.body), 'tokenid']).toEqual(expect.arrayContaining(keysOf(body)))
      return
    }
    expect(comparable(own)).toEqual(comparable(response))
    expect(names).toEqual(response.headers.map(([name]) => name))
    reproduced.push(seq)
  })
}

test('the count of what is reproduced does not fall', () => {
  expect(reproduced.length).toBeGreaterThanOrEqual(581)
})

/** Every key of the rows in `data`. */
function keysOf(body: unknown): string[] {
  const rows = (body as { data?: unknown }).data
  return Array.isArray(rows) ? [...new Set(rows.flatMap((row) => Object.keys(row as object)))] : []
}

function remember(recorded: unknown, own: unknown): void {
  const upidIn = (body: unknown): string | undefined => {
    const data = (body as { data?: unknown } | null)?.data
    return typeof data === 'string' && data.startsWith('UPID:') ? data : undefined
  }
  const [theirs, ours] = [upidIn(recorded), upidIn(own)]
  if (theirs !== undefined && ours !== undefined) upids.set(theirs, ours)
}
