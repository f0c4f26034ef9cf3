/** A thing behind every parameter of a route, so that every page is weighed with something on it. */
import { runCommand } from '../../e2e/support/installation'
import { LARGE_TREE_GUEST } from '../../lib/testing/big-inventory'
import { until } from '../testing/start-product'
import type { Product } from './product'

const CONNECTION = 'bench-connection-1'
/** The worker judges the inventory some seconds after it was stored. */
const ALERT_TIMEOUT_MS = 60_000

/** Makes what an inventory alone does not have: a plan, an operation that waits, and the alerts it gives cause for. */
export async function makeSubjects({ url, data, store }: Product): Promise<Record<string, string>> {
  const secret = await runCommand(['token', 'create', '--name', 'subjects', '--role', 'admin', '--data', data])
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${secret.trim()}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const idIn = async (sql: string): Promise<string> => (await store.query<{ id: string }>(sql))[0]?.id ?? ''
  await store.query(`UPDATE connections SET mode = 'operate' WHERE id = '${CONNECTION}'`)
  // The worker may have tried this made-up host once before it was taken out of its hands.
  await store.query(
    `UPDATE connection_states SET last_error = NULL, failures = 0 WHERE connection_id = '${CONNECTION}'`,
  )
  const guestId = await idIn(`SELECT id FROM guests WHERE connection_id = '${CONNECTION}' ORDER BY id LIMIT 1`)
  const plan = await post('plans', { intent: { do: 'take', guestId, memory: false, quiesce: false } })
  const agreed = await post('plans', { intent: { do: 'take', guestId, memory: false, quiesce: false } })
  if (agreed.kind !== 'plan') throw new Error(`no snapshot can be taken of ${guestId}: ${JSON.stringify(agreed.why)}`)
  const operation = await post(`plans/${agreed.id}/confirm`, { digest: agreed.digest })
  await until(async () => (await idIn('SELECT id FROM alerts LIMIT 1')) !== '', ALERT_TIMEOUT_MS)
  return {
    guestId: LARGE_TREE_GUEST,
    snapshotId: await idIn(`SELECT id FROM snapshots WHERE guest_id = '${LARGE_TREE_GUEST}' ORDER BY id LIMIT 1`),
    connectionId: CONNECTION,
    storageId: 'bench-storage-1',
    planId: String(plan.id),
    operationId: String(operation.id),
    alertId: await idIn('SELECT id FROM alerts LIMIT 1'),
  }
}
