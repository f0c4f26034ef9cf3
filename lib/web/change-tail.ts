/** The one reader of the change log in a web process. Streams subscribe to it; the database is asked once for all. */
import type { Change } from '@/lib/domain/change'
import { CHANGE_CHANNEL, changesAfter, latestSeq } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import { listen } from '@/lib/store/listen'
import { logFailure } from './failure'

/** More at once are read in a second step. */
const STEP = 1_000
/** A notice can be lost only with its connection, which is made again; this is for what nobody thought of. */
const SAFETY_MILLIS = 10_000

type Listener = (changes: Change[]) => void

export class ChangeTail {
  readonly #store: Store
  readonly #listeners = new Set<Listener>()
  #endListening: (() => Promise<void>) | null = null
  #timer: NodeJS.Timeout | null = null
  #seq: number | null = null
  #pumping = false
  #again = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Hears every change committed from now on, in order, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    this.#start()
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#endListening?.()
    this.#endListening = null
  }

  #start(): void {
    if (this.#endListening !== null) return
    this.#endListening = listen(this.#store.url, CHANGE_CHANNEL, {
      onWake: () => void this.#pump(),
      onTrouble: (error) => console.error(`listening for changes: ${error.message}`),
    })
    this.#timer = setInterval(() => void this.#pump(), SAFETY_MILLIS)
    this.#timer.unref()
    void this.#pump()
  }

  async #pump(): Promise<void> {
    if (this.#pumping) {
      this.#again = true
      return
    }
    this.#pumping = true
    try {
      do {
        this.#again = false
        await this.#readOn()
      } while (this.#again)
    } catch (error) {
      // The database is away: the next notice or tick reads on from the same place.
      logFailure('change log', error)
    } finally {
      this.#pumping = false
    }
  }

  async #readOn(): Promise<void> {
    this.#seq ??= await latestSeq(this.#store)
    for (;;) {
      const changes = await changesAfter(this.#store, this.#seq, STEP)
      const last = changes.at(-1)
      if (last === undefined) return
      this.#seq = last.seq
      for (const listener of this.#listeners) listener(changes)
      if (changes.length < STEP) return
    }
  }
}

const holder = globalThis as typeof globalThis & { snapwardenTail?: ChangeTail }

/** The tail of this process. */
export function changeTail(store: Store): ChangeTail {
  holder.snapwardenTail ??= new ChangeTail(store)
  return holder.snapwardenTail
}
