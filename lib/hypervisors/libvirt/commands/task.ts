/** One accepted command as it goes on: what it told so far, and its end. Lives in this process only. */
import type { TaskEnd, TaskUpdate } from '@/lib/domain/command'

/** Log lines kept of one task; what follows late misses older ones, never the end. */
const MOST_LINES = 200

export class Task {
  readonly #lines: TaskUpdate[] = []
  #dropped = 0
  #progress: Extract<TaskUpdate, { tells: 'progress' }> | null = null
  #changes = 0
  #end: TaskEnd | null = null
  readonly #waiting = new Set<() => void>()

  get ended(): boolean {
    return this.#end !== null
  }

  log(line: string): void {
    this.#lines.push({ tells: 'log', line })
    if (this.#lines.length > MOST_LINES) {
      this.#lines.shift()
      this.#dropped += 1
    }
    this.#wake()
  }

  /**
   * Only the newest figure is kept: a slow follower is never told an old one. QEMU's job with nothing to copy says 1 of 1,
   * which is no byte.
   */
  progress(done: number, total: number | null): void {
    if (total !== null && total <= 1) return
    this.#progress = { tells: 'progress', done, total, unit: 'bytes' }
    this.#changes += 1
    this.#wake()
  }

  /** The first end counts. */
  finish(end: TaskEnd): void {
    this.#end ??= end
    this.#wake()
  }

  /** Everything from the beginning, then exactly one end; an aborted signal ends the following without one. */
  async *follow(signal: AbortSignal): AsyncGenerator<TaskUpdate, void, undefined> {
    let line = 0
    let change = 0
    while (!signal.aborted) {
      line = Math.max(line, this.#dropped)
      const next = this.#lines[line - this.#dropped]
      if (next !== undefined) {
        line += 1
        yield next
      } else if (this.#progress !== null && change !== this.#changes) {
        change = this.#changes
        yield this.#progress
      } else if (this.#end !== null) {
        yield { tells: 'end', end: this.#end }
        return
      } else {
        await this.#news(signal)
      }
    }
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
