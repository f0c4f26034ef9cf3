/** Time as the simulator sees it. Tests turn it by hand, so that no test waits and no answer depends on the machine. */
export interface Clock {
  /** UTC in ms since 1970. */
  now(): number
  /** Calls `action` once, `delayMs` from now. */
  after(delayMs: number, action: () => void): void
}

/** The machine's own clock. Its timers keep no process alive. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, action) => {
      setTimeout(action, delayMs).unref()
    },
  }
}

export interface ManualClock extends Clock {
  /** Lets `ms` pass; everything due within them happens, in order. */
  advance(ms: number): void
}

/** A clock that stands still until it is advanced. */
export function manualClock(startMs: number): ManualClock {
  let current = startMs
  let order = 0
  const due: { at: number; order: number; action: () => void }[] = []
  return {
    now: () => current,
    after: (delayMs, action) => {
      due.push({ at: current + Math.max(0, delayMs), order: order++, action })
      due.sort((left, right) => left.at - right.at || left.order - right.order)
    },
    advance: (ms) => {
      const end = current + ms
      for (let next = due[0]; next !== undefined && next.at <= end; next = due[0]) {
        due.shift()
        current = Math.max(current, next.at)
        next.action()
      }
      current = end
    },
  }
}
