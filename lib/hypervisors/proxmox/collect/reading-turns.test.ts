import { describe, expect, it } from 'vitest'
import { type Collection, read, type Scope } from '@/lib/domain/inventory'
import { instantAt } from '@/lib/domain/units'
import { aGuest } from '@/lib/testing/builders'
import type { CollectRequest } from './collector'
import { ReadingTurns } from './reading-turns'

const WHOLE: Scope = { whole: true }
const only = (...guests: string[]): Scope => ({ whole: false, guests })

/** Readings that end when the test says so, and what each was asked for. */
function heldReadings() {
  const begun: CollectRequest[] = []
  const ends: ((outcome: Collection | Error) => void)[] = []
  const turns = new ReadingTurns(
    (request) =>
      new Promise((resolve, reject) => {
        begun.push(request)
        ends.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)))
      }),
    () => instantAt(begun.length),
  )
  const ask = (scope: Scope, signal = new AbortController().signal) =>
    turns.collect({ scope, thorough: true, onProgress: () => undefined, signal })
  /** Ends the reading under way with every guest it was asked for, and lets the next one begin. */
  const end = async (outcome?: Error) => {
    const request = begun.at(-1)
    if (request === undefined) throw new Error('none under way')
    const names = request.scope.whole ? ['a', 'b', 'c'] : request.scope.guests
    const guests = names.map((name) => aGuest(name).withId(name).build())
    const at = instantAt(begun.length)
    const figures = { startedAt: at, finishedAt: at, version: null, clockSkewMillis: null }
    ends.at(-1)?.(outcome ?? { scope: request.scope, ...figures, guests: read(guests), storages: read([]) })
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  return { begun, ask, end, scopes: () => begun.map(({ scope }) => scope) }
}

const namesIn = ({ guests }: Collection): string[] =>
  guests.status === 'read' ? guests.value.map(({ facts }) => facts.nativeId) : [guests.reason.code]

describe('readings of one memory', () => {
  it('take turns; those of single guests that wait are one, and each gets its own', async () => {
    const { ask, end, scopes } = heldReadings()
    const first = ask(only('a'))
    const waiting = [ask(only('b')), ask(only('c', 'b'))]
    // The one under way began before they were asked for: it answers none of them.
    expect(scopes()).toEqual([only('a')])
    await end()
    expect(scopes()).toEqual([only('a'), only('b', 'c')])
    await end()
    expect(namesIn(await first)).toEqual(['a'])
    const [second, third] = await Promise.all(waiting)
    expect(second?.scope).toEqual(only('b'))
    expect(second === undefined ? [] : namesIn(second)).toEqual(['b'])
    expect(third?.scope).toEqual(only('c', 'b'))
    expect(third === undefined ? [] : namesIn(third).sort()).toEqual(['b', 'c'])
  })

  it('of everything stand alone, and are not overtaken for ever', async () => {
    const { ask, end, scopes } = heldReadings()
    const asked = [ask(only('a')), ask(only('b')), ask(WHOLE), ask(only('c'))]
    await end()
    expect(scopes().at(-1)).toEqual(only('b', 'c'))
    asked.push(ask(only('a')))
    await end()
    expect(scopes().at(-1)).toEqual(WHOLE)
    await end()
    expect(scopes().at(-1)).toEqual(only('a'))
    await end()
    expect((await Promise.all(asked)).map(namesIn)).toEqual([['a'], ['b'], ['a', 'b', 'c'], ['c'], ['a']])
  })

  it('answer at once whoever gives up, and end when all have', async () => {
    const { ask, end, begun } = heldReadings()
    const first = ask(only('a'))
    const leaving = new AbortController()
    const staying = new AbortController()
    const [left, stayed] = [ask(only('b'), leaving.signal), ask(only('c'), staying.signal)]
    await end()
    leaving.abort()
    expect(namesIn(await left)).toEqual(['interrupted'])
    expect(begun.at(-1)?.signal.aborted).toBe(false)
    staying.abort()
    expect(namesIn(await stayed)).toEqual(['interrupted'])
    expect(begun.at(-1)?.signal.aborted).toBe(true)
    await end()
    expect(namesIn(await first)).toEqual(['a'])
  })

  it('answer whoever had given up before the turn came', async () => {
    const { ask, end } = heldReadings()
    const first = ask(only('a'))
    const asked = [ask(only('b'), AbortSignal.abort()), ask(only('c'))]
    await end()
    await end()
    expect((await Promise.all([first, ...asked])).map(namesIn)).toEqual([['a'], ['interrupted'], ['c']])
  })

  it('tell a mistake of ours to all who asked, and go on', async () => {
    const { ask, end } = heldReadings()
    const first = ask(only('a'))
    const both = Promise.allSettled([ask(only('b')), ask(only('c'))])
    await end()
    await end(new Error('a bug'))
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = ask(WHOLE)
    await end()
    expect(namesIn(await next)).toEqual(['a', 'b', 'c'])
    await first
  })
})
