import { setImmediate } from 'node:timers/promises'

/**
 * Goes through `items` in batches of about `weight`, letting the event loop breathe between them: a fleet of
 * thousands is prepared without a heartbeat, a socket or another connection waiting for it.
 */
export async function inBatches<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  weight: number,
  work: (batch: Item[]) => Promise<void> | void,
): Promise<void> {
  let batch: Item[] = []
  let gathered = 0
  for (const item of items) {
    batch.push(item)
    gathered += weightOf(item)
    if (gathered >= weight) {
      await work(batch)
      await setImmediate()
      batch = []
      gathered = 0
    }
  }
  if (batch.length > 0) await work(batch)
}
