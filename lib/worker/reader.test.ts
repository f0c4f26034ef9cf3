import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import type { ChangeHint, Hypervisor } from '@/lib/hypervisors/port'
import { aCollection, aGuest, TEST_NOW } from '@/lib/testing/builders'
import { ConnectionReader, READING_LIMIT, SILENCE_LIMIT } from './reader'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const connection = { id: asId<ConnectionId>('c'), name: 'kvm-1', kind: 'libvirt' as const, demo: false, revision: 'r' }
const whole = { whole: true } as const

function aReader(adapter: Partial<Hypervisor>) {
  let hint: (hint: ChangeHint) => void = () => undefined
  const closed = vi.fn(async () => undefined)
  const open = vi.fn(async () =>
    ok({
      kind: 'libvirt',
      watch: (onHint: typeof hint) => {
        hint = onHint
        return () => undefined
      },
      close: closed,
      ...adapter,
    } as Hypervisor),
  )
  const onHint = vi.fn()
  const reader = new ConnectionReader(connection, { open, onHint, now: () => TEST_NOW })
  return { reader, open, closed, onHint, hint: (guest: string | null) => hint({ guest }) }
}

describe('a reader', () => {
  test('opens once and gives on what was read', async () => {
    const collection = aCollection().withGuests(aGuest()).build()
    const { reader, open } = aReader({ collect: async () => collection })
    expect(await reader.collect(whole, { thorough: false })).toBe(collection)
    await reader.collect(whole, { thorough: false })
    expect(open).toHaveBeenCalledTimes(1)
  })

  test('opens once for two who ask in the same moment, and closes what it opened', async () => {
    const { reader, open, closed } = aReader({})
    const [first, second] = await Promise.all([reader.use(), reader.use()])
    expect(open).toHaveBeenCalledTimes(1)
    expect(first).toEqual(second)
    await reader.close()
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('opens anew after an opening that failed', async () => {
    const open = vi.fn(async () => refused({ code: 'unlock-failed' }))
    const reader = new ConnectionReader(connection, { open, onHint: () => undefined, now: () => TEST_NOW })
    await Promise.all([reader.use(), reader.use()])
    expect(await reader.use()).toMatchObject({ ok: false })
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('says why it cannot be opened', async () => {
    const reader = new ConnectionReader(connection, {
      open: async () => refused({ code: 'unlock-failed' }),
      onHint: () => undefined,
      now: () => TEST_NOW,
    })
    expect(await reader.collect(whole, { thorough: false })).toMatchObject({
      guests: { status: 'unread', reason: { code: 'unlock-failed' } },
      storages: { status: 'unread', reason: { code: 'unlock-failed' } },
    })
  })

  test('gives a silent host up, and says that it hung', async () => {
    const { reader } = aReader({
      collect: (scope, _, signal) =>
        new Promise((resolve) => {
          const interrupted = aCollection().scoped(scope).unread('guests', { code: 'interrupted' }).build()
          signal.addEventListener('abort', () => resolve(interrupted))
        }),
    })
    const reading = reader.collect(whole, { thorough: false })
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT)
    expect((await reading).guests).toEqual({
      status: 'unread',
      reason: { code: 'hung', silentForMillis: SILENCE_LIMIT },
    })
  })

  test('waits for a host that makes progress, but not for ever', async () => {
    let aborted = false
    const { reader } = aReader({
      collect: (scope, { onProgress }, signal) =>
        new Promise((resolve) => {
          const tick = setInterval(() => onProgress?.(1, 2), SILENCE_LIMIT / 2)
          signal.addEventListener('abort', () => {
            aborted = true
            clearInterval(tick)
            resolve(aCollection().scoped(scope).unread('guests', { code: 'interrupted' }).build())
          })
        }),
    })
    const reading = reader.collect(whole, { thorough: false })
    await vi.advanceTimersByTimeAsync(READING_LIMIT - 1)
    expect(aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await reading).guests).toMatchObject({ status: 'unread', reason: { code: 'hung' } })
  })

  test('leaves an adapter that does not even stop, and opens another one', async () => {
    const { reader, open, closed } = aReader({ collect: () => new Promise(() => undefined) })
    const reading = reader.collect(whole, { thorough: false })
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT + 10_000)
    expect((await reading).guests).toMatchObject({ status: 'unread', reason: { code: 'hung' } })
    expect(closed).toHaveBeenCalledTimes(1)
    await reader.use()
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('ends a reading under way when it is closed, even where closing hangs', async () => {
    const { reader } = aReader({
      close: () => new Promise(() => undefined),
      collect: (scope, _, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve(aCollection().scoped(scope).unread('guests', { code: 'interrupted' }).build()),
          )
        }),
    })
    const reading = reader.collect(whole, { thorough: false })
    await vi.advanceTimersByTimeAsync(0)
    const closing = reader.close()
    await vi.advanceTimersByTimeAsync(10_000)
    await closing
    expect((await reading).guests).toMatchObject({ reason: { code: 'interrupted' } })
  })

  test('gathers hints into a scope, and many of them into a whole reading', async () => {
    const { reader, hint, onHint } = aReader({})
    await reader.use()
    expect(reader.takeHints()).toBeNull()
    hint('a')
    hint('b')
    hint('a')
    expect(reader.hinted).toBe(true)
    expect(reader.takeHints()).toEqual({ whole: false, guests: ['a', 'b'] })
    expect(reader.hinted).toBe(false)
    for (let index = 0; index < 100; index += 1) hint(`guest-${index}`)
    expect(reader.takeHints()).toEqual({ whole: true })
    hint(null)
    expect(reader.takeHints()).toEqual({ whole: true })
    expect(onHint).toHaveBeenCalledTimes(104)
  })
})
