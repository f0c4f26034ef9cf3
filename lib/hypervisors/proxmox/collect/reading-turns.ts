/**
 * Readings share a memory, so they take turns. Those of single guests that wait for the same turn are read as one: it
 * begins after each of them was asked for, so each is as fresh as alone, and the cluster's lists, most of the work, are
 * asked for once. An operation holds its storages while it looks at its guest.
 */
import type { Collection, Scope } from '@/lib/domain/inventory'
import { unread } from '@/lib/domain/inventory'
import type { Instant } from '@/lib/domain/units'
import type { CollectRequest } from './collector'

type Waiting = {
  request: CollectRequest
  resolve: (collection: Collection) => void
  reject: (fault: unknown) => void
}

export class ReadingTurns {
  readonly #waiting: Waiting[] = []
  #going = false

  constructor(
    private readonly read: (request: CollectRequest) => Promise<Collection>,
    private readonly now: () => Instant,
  ) {}

  /** Reads when its turn comes. Whoever gives up is answered at once, with nothing read. */
  collect(request: CollectRequest): Promise<Collection> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      if (!this.#going) void this.#go()
    })
  }

  /** Never rejects: what goes wrong is told to those who asked. */
  async #go(): Promise<void> {
    this.#going = true
    for (let turn = this.#next(); turn.length > 0; turn = this.#next()) await this.#take(turn)
    this.#going = false
  }

  /** The first that waits; with one of single guests all of these, wherever they wait: a whole reading goes next then. */
  #next(): Waiting[] {
    const [first] = this.#waiting
    if (first === undefined) return []
    const together = first.request.scope.whole ? [first] : this.#waiting.filter(({ request }) => !request.scope.whole)
    for (const each of together) this.#waiting.splice(this.#waiting.indexOf(each), 1)
    return together
  }

  async #take(turn: readonly Waiting[]): Promise<void> {
    const [first] = turn
    if (first === undefined) return
    const alone = turn.length === 1
    const joined = alone ? null : joinSignals(turn.map(({ request }) => request.signal))
    const startedAt = this.now()
    const gaveUp = turn.map(({ request, resolve }) => {
      const leave = (): void => resolve(this.#nothing(request.scope, startedAt))
      if (!alone) onAbort(request.signal, leave)
      return () => request.signal.removeEventListener('abort', leave)
    })
    try {
      const read = await this.read(joined === null ? first.request : joinRequests(turn, joined.signal))
      for (const { request, resolve } of turn) resolve(alone ? read : onlyOf(request.scope, read))
    } catch (fault) {
      for (const { reject } of turn) reject(fault)
    } finally {
      for (const forget of gaveUp) forget()
      joined?.release()
    }
  }

  #nothing(scope: Scope, startedAt: Instant): Collection {
    const sections = {
      guests: unread<never>({ code: 'interrupted' }),
      storages: unread<never>({ code: 'interrupted' }),
    }
    return { scope, startedAt, finishedAt: this.now(), version: null, clockSkewMillis: null, ...sections }
  }
}

const joinRequests = (turn: readonly Waiting[], signal: AbortSignal): CollectRequest => ({
  scope: { whole: false, guests: [...new Set(turn.flatMap(({ request }) => guestsOf(request.scope)))] },
  thorough: turn.some(({ request }) => request.thorough),
  onProgress: (done, total) => {
    for (const { request } of turn) request.onProgress(done, total)
  },
  signal,
})

const guestsOf = (scope: Scope): readonly string[] => (scope.whole ? [] : scope.guests)

/** What one of them asked for, out of what was read for all. */
function onlyOf(scope: Scope, read: Collection): Collection {
  if (read.guests.status === 'unread') return { ...read, scope }
  const asked = new Set(guestsOf(scope))
  const guests = read.guests.value.filter(({ facts }) => asked.has(facts.nativeId))
  return { ...read, scope, guests: { ...read.guests, value: guests } }
}

/** A signal that aborts when everybody has given up. */
function joinSignals(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const look = (): void => {
    if (signals.every(({ aborted }) => aborted)) controller.abort()
  }
  for (const signal of signals) onAbort(signal, look)
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) signal.removeEventListener('abort', look)
    },
  }
}

function onAbort(signal: AbortSignal, listen: () => void): void {
  if (signal.aborted) listen()
  else signal.addEventListener('abort', listen, { once: true })
}
