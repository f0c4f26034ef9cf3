/** What guests wrote before we came: averages become bytes, finer ones first, and never too few. */
import { expect, test } from 'vitest'
import { ok, refused } from '@/lib/domain/result'
import { DAY, HOUR, instantAt } from '@/lib/domain/units'
import { readPastWrites } from './past-writes'
import { SURVEYED, startReading } from './testing/reading'

const never = new AbortController().signal
const guest = (nativeId: string) => ({ nativeId, name: `g${nativeId}`, node: 'pve1' })
const answer = (data: unknown) => ok({ data, total: null, serverTime: null })
const NOW = Math.floor(SURVEYED / DAY) * DAY
const seconds = (millis: number): number => millis / 1000
const rows = (from: number, to: number, step: number, diskwrite: number | undefined) =>
  Array.from({ length: (to - from) / step }, (_, index) => ({
    time: seconds(from + (index + 1) * step),
    ...(diskwrite === undefined ? {} : { diskwrite }),
  }))

test('the fine window replaces the end of the coarse one, and a step that began before counts whole', async () => {
  const asked: string[] = []
  const client = {
    get: async (path: readonly (string | number)[], query: Record<string, unknown>) => {
      asked.push([...path, query.timeframe ?? query.type].join('/'))
      if (path[1] === 'resources') {
        return answer([
          { type: 'qemu', vmid: 101, node: 'pve2' },
          { type: 'lxc', vmid: 201, node: 'pve1' },
        ])
      }
      if (path[3] === '201') return refused({ code: 'node-unreachable', node: 'pve1' })
      return query.timeframe === 'week'
        ? answer(rows(NOW - 7 * DAY, NOW, 3 * HOUR, 10))
        : answer(rows(NOW - DAY, NOW, HOUR, 100))
    },
  }
  const since = instantAt(NOW - DAY - 4 * HOUR)
  const guests = [guest('101'), guest('201'), guest('999')]
  const told = await readPastWrites(client as never, { guests, since, now: NOW }, never)
  if (!told.ok) throw new Error(told.why.code)
  expect(told.value.map(({ nativeId, writtenBytes }) => [nativeId, writtenBytes])).toEqual([
    // A day at 100 bytes a second, and two steps of three hours at 10, the earlier begun before.
    ['101', { status: 'read', value: seconds(DAY) * 100 + seconds(6 * HOUR) * 10 }],
    ['201', { status: 'unread', reason: { code: 'node-unreachable', node: 'pve1' } }],
    ['999', { status: 'unread', reason: { code: 'missing', what: 'guest', name: 'g999' } }],
  ])
  expect(asked.sort()).toEqual([
    'cluster/resources/vm',
    'nodes/pve1/lxc/201/rrddata/week',
    'nodes/pve2/qemu/101/rrddata/day',
    'nodes/pve2/qemu/101/rrddata/week',
  ])
})

test('a moment nobody remembers is not told, and the recorded form is read', async () => {
  const reading = startReading()
  const since = instantAt(SURVEYED - DAY)
  const told = await readPastWrites(reading.client, { guests: [guest('101')], since, now: SURVEYED }, never)
  expect(told.ok && told.value.map(({ writtenBytes }) => writtenBytes.status)).toEqual(['read'])
  const before = await readPastWrites(
    reading.client,
    { guests: [guest('101')], since, now: SURVEYED - 365 * DAY },
    never,
  )
  expect(before.ok && before.value.map(({ writtenBytes }) => writtenBytes.status)).toEqual(['unread'])
})
