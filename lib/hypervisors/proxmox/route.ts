/** Which node of the cluster we speak to: the entered ones in their order, then those the cluster told about. */
import { MINUTE, type Millis } from '@/lib/domain/units'

/** How long a server that could not be reached is left alone while another one answers. */
const REST: Millis = MINUTE

export type Stop = {
  origin: string
  /** A person entered it: a wrong certificate there stops us. A learned one with a wrong certificate is merely not used. */
  entered: boolean
}

export type Route = {
  /** All servers, the best first. Never empty: when all are down, they are tried again. */
  stops(): Stop[]
  markDown(origin: string): void
  markUp(origin: string): void
  /** The server that answered last. */
  answering(): string | null
  /** Addresses of further nodes, as a pinned server told them. */
  learn(origins: readonly string[]): void
}

export function createRoute(entered: readonly string[], now: () => Millis): Route {
  const downSince = new Map<string, Millis>()
  let learned: string[] = []
  let answering: string | null = null
  const isDown = ({ origin }: Stop): boolean => now() - (downSince.get(origin) ?? Number.NEGATIVE_INFINITY) < REST
  return {
    stops() {
      const all = [
        ...entered.map((origin) => ({ origin, entered: true })),
        ...learned.map((origin) => ({ origin, entered: false })),
      ]
      return [...all.filter((stop) => !isDown(stop)), ...all.filter(isDown)]
    },
    markDown: (origin) => void downSince.set(origin, now()),
    markUp: (origin) => {
      answering = origin
      downSince.delete(origin)
    },
    answering: () => answering,
    learn: (origins) => {
      learned = origins.filter((origin) => !entered.includes(origin))
    },
  }
}
