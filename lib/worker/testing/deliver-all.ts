import { beginDeliveries, type DeliverInput, type Outgoing } from '../tasks/deliver-notices'

/** Sends what is due as a worker does, and waits until nothing is on its way any more. */
export async function deliverAll(input: DeliverInput, signal = new AbortController().signal): Promise<void> {
  const outgoing: Outgoing = new Map()
  const begin = () => beginDeliveries(input, { outgoing, onEnd: () => undefined, signal })
  while ((await begin()) > 0 || outgoing.size > 0) await Promise.race(outgoing.values())
}
