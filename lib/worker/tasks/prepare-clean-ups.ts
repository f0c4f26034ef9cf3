/**
 * At an emergency a clean-up is planned and kept for whoever opens the alert, and waits for consent; only where an
 * administrator allowed it, what is expired goes without waiting.
 */
import type { Millis } from '@/lib/domain/units'
import { HOUR } from '@/lib/domain/units'
import { prepareCleanUp } from '@/lib/services/alert/prepare'
import { alertsToPrepare } from '@/lib/store/alert-preparations'
import type { Store } from '@/lib/store/client'
import type { Log } from '../log'
import { runCleanUps, type Telling } from './run-clean-ups'

/** Where nothing could be prepared, what stands in the way seldom goes within the hour. */
const AGAIN_AFTER: Millis = HOUR

/** Prepares what is missing. Returns for how many alerts a plan is ready now that was not before. */
export async function prepareCleanUps(
  store: Store,
  telling: Telling,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<number> {
  const { now } = telling
  const actor = { kind: 'system', part: 'worker', role: 'admin' } as const
  const ctx = { store, actor, now, address: null, sessionId: null }
  let ready = 0
  for (const id of await alertsToPrepare(store, now, AGAIN_AFTER)) {
    const prepared = await prepareCleanUp({ ctx, input: { id } })
    if (!prepared.ok) log.warn({ alertId: id, why: prepared.why }, 'no clean-up could be prepared')
    else if (prepared.value !== null) ready += 1
  }
  await runCleanUps(store, telling, log)
  return ready
}
