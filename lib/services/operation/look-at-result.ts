/** What only a rollback promises, asked again through the worker: the configuration of then, and the service. */
import type { KnownGuest } from '@/lib/domain/known'
import { probeTarget } from '@/lib/domain/service-probe'
import { type Millis, SECOND } from '@/lib/domain/units'
import { type Looked, NOT_LOOKED } from '@/lib/engine/operation/conclusion'
import { checkConfiguration } from '@/lib/engine/operation/configuration-check'
import type { Run } from '@/lib/store/operation-steps'
import { askWorker } from '@/lib/store/questions'
import { serviceProbeOf } from '@/lib/store/service-probes'
import type { Context } from '../context'

/** Over what the worker gives itself, so that its own answer says why. */
const PATIENCE: Millis = 25 * SECOND

/** Each is asked once: by now the guest has had its time. */
export async function lookAtResult(ctx: Context, run: Run, guest: KnownGuest): Promise<Looked> {
  const { intent, connectionId } = run
  const command = run.steps.map((step) => step.command).find((each) => each.do === 'snapshot.rollback')
  if (intent.do !== 'rollback' || command?.do !== 'snapshot.rollback') return NOT_LOOKED
  const input = { snapshotId: intent.snapshotId }
  const [saved, probe] = await Promise.all([
    askWorker(ctx.store, { connectionId, kind: 'configuration-at', input }, PATIENCE),
    lookAtService(ctx, run, guest),
  ])
  const keepsTags = run.steps.some((step) => step.command.do === 'guest.set-tags')
  const then = { kind: run.connectionKind, snapshot: command.snapshot.nativeId, saved, keepsTags }
  return { configuration: checkConfiguration(then, guest), probe }
}

async function lookAtService(
  { store }: Context,
  { connectionId, guestId }: Run,
  guest: KnownGuest,
): Promise<Looked['probe']> {
  const probe = (await serviceProbeOf(store, guestId))?.probe ?? null
  if (probe === null) return null
  const target = probeTarget(probe)
  if (guest.facts.power !== 'running') {
    return { target, found: { result: 'unknown', why: { code: 'probe-skipped', target, because: 'guest-off' } } }
  }
  const found = await askWorker(store, { connectionId, kind: 'service-probe', input: { probe } }, PATIENCE)
  return { target, found: found.ok ? found.value : { result: 'unknown', why: found.why } }
}
