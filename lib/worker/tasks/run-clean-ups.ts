/** Where a policy allows it, an emergency is cleaned up without waiting for a person; and everybody is told of it. */
import type { Actor } from '@/lib/domain/actor'
import { epochMillis, HOUR, type Instant, instantAt, MINUTE, type Millis } from '@/lib/domain/units'
import { routes } from '@/lib/engine/alerts/route'
import { cleanUpNotice } from '@/lib/notify/notice-words'
import { runCleanUp } from '@/lib/services/clean-up/run'
import { findAlert, noteCleanUpOnAlert } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { listChannels } from '@/lib/store/channels'
import {
  type CleanUpToAnnounce,
  claimCleanUp,
  cleanUpsToAnnounce,
  findCleanUpPolicy,
  markAnnounced,
  storagesToCleanUp,
} from '@/lib/store/clean-up-policies'
import type { Store } from '@/lib/store/client'
import { enqueueNotice } from '@/lib/store/deliveries'
import { withTransaction } from '@/lib/store/tx'
import type { Log } from '../log'

/** A policy's numbers are for one run, and runs are this far apart: what it deleted is measured before it goes on. */
const AGAIN_AFTER: Millis = HOUR
/** What stood in the way of a run that changed nothing may be gone sooner. */
const RETRY_AFTER: Millis = 5 * MINUTE

/** When it is, and how notices are told: what their links begin with, and the zone of their dates (IANA). */
export type Telling = { now: Instant; publicUrl: string; timeZone: string }

/** Runs what is due and tells of what was begun. Returns how many runs were begun. */
export async function runCleanUps(store: Store, telling: Telling, log: Pick<Log, 'info' | 'warn'>): Promise<number> {
  const { now } = telling
  let begun = 0
  const wait = { againAfter: AGAIN_AFTER, retryAfter: RETRY_AFTER }
  for (const due of await storagesToCleanUp(store, now, wait)) {
    const policy = await findCleanUpPolicy(store, due.policyId)
    const before = instantAt(epochMillis(now) - RETRY_AFTER)
    if (policy === null || !(await claimCleanUp(store, due, now, before))) continue
    const actor: Actor = { kind: 'policy', policyId: policy.id, name: policy.scope, role: 'operator' }
    const ctx = { store, actor, now, address: null, sessionId: null }
    const outcome = await runCleanUp({ ctx, input: { alertId: due.alertId } })
    if (!outcome.ok) log.warn({ alertId: due.alertId, why: outcome.why }, 'an automatic clean-up could not be judged')
    else if (outcome.value === 'started') begun += 1
  }
  for (const run of await cleanUpsToAnnounce(store)) await announce(store, run, telling)
  return begun
}

/** Once, whatever dies in between: the audit log, the alert and every channel that hears of the alert. */
async function announce(store: Store, run: CleanUpToAnnounce, telling: Telling): Promise<void> {
  const { now } = telling
  const alert = await findAlert(store, run.alertId)
  await withTransaction(store, async (tx) => {
    if (!(await markAnnounced(tx, run.storageId, run.operationId, now))) return
    const { operationId: operation, snapshots, confirmedBy } = run
    const actor = { kind: 'system', part: 'worker', role: 'admin' } as const
    const subject = `operation:${operation}`
    const detail = { by: confirmedBy, snapshots, alert: alert?.subjectName ?? null }
    await record(tx, { actor, address: null, action: 'clean-up.started', subject, detail })
    if (alert === null) return
    await noteCleanUpOnAlert(tx, alert.id, { by: confirmedBy, at: now })
    for (const channel of await listChannels(tx)) {
      if (!channel.enabled || !routes(channel, alert, { tags: [], environment: '' })) continue
      const notice = cleanUpNotice({ channel, alert, operation, snapshots, ...telling })
      await enqueueNotice(tx, { channelId: channel.id, notice, told: [] })
    }
  })
}
