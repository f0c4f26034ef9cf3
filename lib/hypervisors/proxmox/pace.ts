/** How much we ask at a time: never more than a limit over the cluster and over each node, less when it is busy. */

/** Concurrent requests to one cluster. pveproxy has three workers, pvedaemon three more, and people use them too. */
const PER_CLUSTER = 8
/** Of them to one node: a node that hangs keeps no more than half of our requests. */
const PER_NODE = 4
/** Answers in a row without a sign of strain after which one more request is let through. */
const CALM = 20
/** The median answer takes some 10 ms; one that took this long waited for a worker. */
const SLOW_MS = 3_000

type Waiter = { start: () => void; drop: () => void }

export type Pace = {
  /** Waits for a place. Rejects with the signal's reason when it aborts first. `release` must be called exactly once. */
  take(node: string, signal: AbortSignal): Promise<Release>
  /** How many are let through now. */
  readonly limit: number
  readonly running: number
}
/** `strained`: the server said or showed that it is too busy. */
export type Release = (strained: boolean) => void

export const looksStrained = (tookMs: number): boolean => tookMs > SLOW_MS

/** Places are given node by node in turn, so that one with many requests waiting does not keep the others from theirs. */
export function createPace(perCluster: number = PER_CLUSTER, perNode: number = PER_NODE): Pace {
  const waiting = new Map<string, Waiter[]>()
  const busy = new Map<string, number>()
  let running = 0
  let limit = perCluster
  let calm = 0

  const isFree = (node: string): boolean => running < limit && (busy.get(node) ?? 0) < Math.min(perNode, limit)

  function enter(node: string): Release {
    running += 1
    busy.set(node, (busy.get(node) ?? 0) + 1)
    return (strained) => {
      running -= 1
      const left = (busy.get(node) ?? 1) - 1
      if (left === 0) busy.delete(node)
      else busy.set(node, left)
      adapt(strained)
      admit()
    }
  }

  /** Halved at a sign of strain, widened again one by one: what many clients do at once stays bearable for one server. */
  function adapt(strained: boolean): void {
    if (strained) {
      limit = Math.max(1, Math.floor(limit / 2))
      calm = 0
    } else if (limit < perCluster && ++calm >= CALM) {
      limit += 1
      calm = 0
    }
  }

  function admit(): void {
    let admitted = true
    while (admitted && running < limit) {
      admitted = false
      for (const [node, queue] of [...waiting]) {
        if (!isFree(node)) continue
        const next = queue.shift()
        waiting.delete(node)
        // Back to the end of the turn.
        if (queue.length > 0) waiting.set(node, queue)
        next?.start()
        admitted = true
      }
    }
  }

  return {
    take(node, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (isFree(node)) return Promise.resolve(enter(node))
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          start: () => {
            signal.removeEventListener('abort', waiter.drop)
            resolve(enter(node))
          },
          drop: () => {
            const queue = waiting.get(node) ?? []
            const left = queue.filter((each) => each !== waiter)
            if (left.length === 0) waiting.delete(node)
            else waiting.set(node, left)
            reject(signal.reason)
          },
        }
        signal.addEventListener('abort', waiter.drop, { once: true })
        const queue = waiting.get(node)
        if (queue === undefined) waiting.set(node, [waiter])
        else queue.push(waiter)
      })
    },
    get limit() {
      return limit
    },
    get running() {
      return running
    },
  }
}
