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
  const [actor, connection, hold] = await Promise.all([
    actorToday(store, run.actor),
    findConnection(store, run.connectionId),
    holdAgainst(store, run, step),
  ])
  if (actor === null) return { code: 'asker-may-not', by: run.askedBy, needs: null }
  for (const permission of permissionsFor(run.intent)) {
    const answer = can(actor, permission)
    if (!answer.ok) return { code: 'asker-may-not', by: run.askedBy, needs: answer.needs }
  }
  if (connection === null) return { code: 'missing', what: 'connection', name: run.connectionId }
  if (connection.mode === 'observe') return { code: 'observe-only' }
  return hold === null ? null : { code: 'held', ...hold }
}

/** The hold that protects what the step would delete; null where there is none, or it was overridden by name. */
async function holdAgainst(store: Store, run: Run, { command }: RunStep): ReturnType<typeof holdOn> {
  if (command.do !== 'snapshot.delete' || run.intent.override?.includes('not-held') === true) return null
  return holdOn(store, run.guestId, command.snapshot.nativeId)
}
