/** One connection as its worker holds it: the open adapter, hints that came, and one bounded reading at a time. */

import type { Collection, Scope, Section } from '@/lib/domain/inventory'
import { unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import { type Instant, MINUTE, type Millis, SECOND } from '@/lib/domain/units'
import type { ChangeHint, Hypervisor } from '@/lib/hypervisors/port'
import type { ReadableConnection } from '@/lib/store/connections'

/** A reading that makes no progress for this long is given up: the host hangs. */
export const SILENCE_LIMIT: Millis = 30 * SECOND
/** A reading that always makes a little progress is given up too. */
export const READING_LIMIT: Millis = 15 * MINUTE
/** An adapter that does not resolve after it was told to stop is left to itself and closed. */
const ABORT_GRACE: Millis = 3 * SECOND
/** Hints for more guests than this are a hint to read the whole. */
const MAX_HINTED_GUESTS = 50

export type ReaderLimits = { silence: Millis; whole: Millis; grace: Millis }
const LIMITS: ReaderLimits = { silence: SILENCE_LIMIT, whole: READING_LIMIT, grace: ABORT_GRACE }

/** An adapter never throws for what the world may do: this is our bug, told apart from a database that is away. */
export class AdapterThrew extends Error {
  constructor(override readonly cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
  }
}

export class ConnectionReader {
  private adapter: Hypervisor | null = null
  private opening: Promise<Outcome<Hypervisor>> | null = null
  private stopWatching: (() => void) | null = null
  private hintedGuests: Set<string> | 'whole' = new Set()
  /** stops the reading under way */
  private stopReading: (() => void) | null = null
  private closed = false

  constructor(
    readonly connection: ReadableConnection,
    private readonly input: {
      open: () => Promise<Outcome<Hypervisor>>
      onHint: () => void
      now: () => Instant
      limits?: ReaderLimits
    },
  ) {}

  /** The scope that hints ask for, null when none came since it was last taken. */
  takeHints(): Scope | null {
    const hinted = this.hintedGuests
    this.hintedGuests = new Set()
    if (hinted === 'whole') return { whole: true }
    return hinted.size === 0 ? null : { whole: false, guests: [...hinted] }
  }

  /** Whether a hint waits. */
  get hinted(): boolean {
    return this.hintedGuests === 'whole' || this.hintedGuests.size > 0
  }

  /** The adapter, opened at first use: once, however many ask meanwhile. A second one would be closed by nobody. */
  async use(): Promise<Outcome<Hypervisor>> {
    if (this.adapter !== null) return { ok: true, value: this.adapter }
    this.opening ??= this.open().finally(() => {
      this.opening = null
    })
    return this.opening
  }

  private async open(): Promise<Outcome<Hypervisor>> {
    const opened = await this.input.open()
    if (!opened.ok) return opened
    if (this.closed) {
      await closeWithin(opened.value, (this.input.limits ?? LIMITS).grace)
      return { ok: false, why: { code: 'interrupted' } }
    }
    this.adapter = opened.value
    this.stopWatching = opened.value.watch((hint) => this.takeHint(hint))
    return opened
  }

  /**
   * Reads, bounded in time: says `hung` where the host did not answer. Throws AdapterThrew, and what opening throws when
   * the database is away.
   */
  async collect(
    scope: Scope,
    options: { thorough: boolean; onProgress?: (done: number, total: number) => void },
  ): Promise<Collection> {
    const startedAt = this.input.now()
    const opened = await this.use()
    if (!opened.ok) return unreadCollection(scope, startedAt, this.input.now(), opened.why)
    const limits = this.input.limits ?? LIMITS
    const giveUp = new AbortController()
    let lastSign = performance.now()
    let silentFor: Millis | null = null
    const stop = (): void => {
      silentFor = performance.now() - lastSign
      giveUp.abort()
    }
    let silence = setTimeout(stop, limits.silence)
    const whole = setTimeout(stop, limits.whole)
    const onProgress = (done: number, total: number): void => {
      lastSign = performance.now()
      clearTimeout(silence)
      silence = setTimeout(stop, limits.silence)
      options.onProgress?.(done, total)
    }
    const { signal } = giveUp
    this.stopReading = () => giveUp.abort()
    if (this.closed) giveUp.abort()
    try {
      const collection = await orAfterAbort(
        opened.value.collect(scope, { thorough: options.thorough, onProgress }, signal),
        signal,
        limits.grace,
      )
      const hung: Reason | null =
        // Whole seconds: the same hang twice is the same reason.
        silentFor === null ? null : { code: 'hung', silentForMillis: Math.round(silentFor / SECOND) * SECOND }
      if (collection === null) {
        // It did not even stop when told to: nothing of it is used again.
        await this.forget()
        return unreadCollection(scope, startedAt, this.input.now(), hung ?? { code: 'interrupted' })
      }
      return hung === null ? collection : withReason(collection, hung)
    } catch (error) {
      throw new AdapterThrew(error)
    } finally {
      clearTimeout(silence)
      clearTimeout(whole)
      this.stopReading = null
    }
  }

  /** Ends what is open; a reading in flight ends as interrupted. Idempotent. */
  async close(): Promise<void> {
    this.closed = true
    this.stopReading?.()
    await this.forget()
  }

  private async forget(): Promise<void> {
    const { adapter } = this
    this.stopWatching?.()
    this.stopWatching = null
    this.adapter = null
    if (adapter !== null) await closeWithin(adapter, (this.input.limits ?? LIMITS).grace)
  }

  private takeHint(hint: ChangeHint): void {
    if (hint.guest === null || this.hintedGuests === 'whole') this.hintedGuests = 'whole'
    else {
      this.hintedGuests.add(hint.guest)
      if (this.hintedGuests.size > MAX_HINTED_GUESTS) this.hintedGuests = 'whole'
    }
    this.input.onHint()
  }
}

/** Closes an adapter, and does not wait longer for one whose host hangs. */
async function closeWithin(adapter: Hypervisor, grace: Millis): Promise<void> {
  await orAfterAbort(adapter.close(), AbortSignal.abort(), grace)
}

/** What `work` gives, or null when it has not given it `grace` ms after the signal. */
async function orAfterAbort<T>(work: Promise<T>, signal: AbortSignal, grace: Millis): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    const start = (): void => {
      timer = setTimeout(() => resolve(null), grace)
    }
    if (signal.aborted) start()
    else signal.addEventListener('abort', start, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A reading that read nothing. */
const unreadCollection = (scope: Scope, startedAt: Instant, finishedAt: Instant, why: Reason): Collection => ({
  scope,
  startedAt,
  finishedAt,
  version: null,
  clockSkewMillis: null,
  guests: unread(why),
  storages: unread(why),
})

/** An adapter that was stopped says `interrupted`; why it was stopped is ours to say. */
function withReason(collection: Collection, why: Reason): Collection {
  const said = <T>(section: Section<T>): Section<T> =>
    section.status === 'unread' && section.reason.code === 'interrupted' ? unread(why) : section
  return { ...collection, guests: said(collection.guests), storages: said(collection.storages) }
}
