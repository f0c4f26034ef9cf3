/** What 300 quiet connections cost the one worker that keeps them. */
import { buildMany } from '../../e2e/labs/libvirt/many'
import { until } from '../testing/start-product'
import { addConnection, collectNow, openLab } from './lab'
import { steadyMemory } from './processes'
import { createAdministrator, type Product, startMeasured } from './product'
import type { Bench } from './report'
import { median } from './stats'

const CONNECTIONS = 300
const MOST_MB = 60
/** A few guests each: idle means that nothing changes, not that there is nothing. */
const SIZE = { domains: 3, snapshotsEach: 3 }
const ANSWERED_TIMEOUT_MS = 300_000
/** Some readings of every connection pass before memory is looked at. */
const SETTLE_MS = 45_000
const READINGS = { readings: 60, everyMs: 500 }

export const connectionsBench: Bench = {
  name: 'connections',
  about: `${CONNECTIONS} idle connections on one worker`,
  async run({ say }) {
    const lab = await openLab()
    const product = await startMeasured()
    try {
      await buildMany(lab, SIZE)
      await createAdministrator(product.data)
      await addConnection(product, 'host-1', lab)
      await collectNow(product, 'host-1')
      const one = await settledMemory(product)
      say(`one connection: ${one.toFixed(1)} MB`)
      await multiply(product)
      const many = await settledMemory(product)
      say(`${CONNECTIONS} connections: ${many.toFixed(1)} MB`)
      return [
        {
          bench: 'connections',
          what: `worker with ${CONNECTIONS} idle connections over one with one`,
          value: many - one,
          unit: 'MB',
          target: { most: MOST_MB },
          note: `resident, medians over ${(READINGS.readings * READINGS.everyMs) / 1000} s: ${many.toFixed(0)} and ${one.toFixed(0)} MB`,
        },
      ]
    } finally {
      await product.close()
      await lab.close()
    }
  },
}

async function settledMemory({ pids }: Product): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return median(await steadyMemory(pids.worker ?? 0, READINGS))
}

/** Copies the first connection until there are enough, and waits until the worker has read every one of them. */
async function multiply({ store }: Product): Promise<void> {
  await store.query(
    `INSERT INTO connections (id, name, kind, mode, address, created_by)
     SELECT 'bench-' || n, 'host-' || n, kind, mode, address, created_by FROM connections, generate_series(2, $1::int) AS n`,
    [CONNECTIONS],
  )
  await until(async () => {
    const [row] = await store.query<{ answered: number }>(
      'SELECT count(*)::int AS answered FROM connection_states WHERE last_full_at IS NOT NULL AND failures = 0',
    )
    return row?.answered === CONNECTIONS
  }, ANSWERED_TIMEOUT_MS)
}
