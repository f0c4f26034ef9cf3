/** Asked right before every step: people lose roles, connections are switched back, snapshots are held meanwhile. */
import { can } from '@/lib/domain/permission'
import type { Reason } from '@/lib/domain/reason'
import { permissionsFor } from '@/lib/services/plan/input'
import { actorToday } from '@/lib/store/actors'
import type { Store } from '@/lib/store/client'
import { findConnection } from '@/lib/store/connections'
import { holdOn, type Run, type RunStep } from '@/lib/store/operation-steps'

/** Why the step must not be asked any more, null when it may. */
export async function mayStillAsk(store: Store, run: Run, step: RunStep): Promise<Reason | null> {
  const actor = await actorToday(store, run.actor)
  if (actor === null) return { code: 'asker-may-not', by: run.askedBy, needs: null }
  for (const permission of permissionsFor(run.intent)) {
    const answer = can(actor, permission)
    if (!answer.ok) return { code: 'asker-may-not', by: run.askedBy, needs: answer.needs }
  }
  const connection = await findConnection(store, run.connectionId)
  if (connection === null) return { code: 'missing', what: 'connection', name: run.connectionId }
  if (connection.mode === 'observe') return { code: 'observe-only' }
  if (step.command.do !== 'snapshot.delete' || run.intent.override?.includes('not-held') === true) return null
  const hold = await holdOn(store, run.guestId, step.command.snapshot.nativeId)
  return hold === null ? null : { code: 'held', ...hold }
}
