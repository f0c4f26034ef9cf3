/** What a rollback promises beyond its own steps: the configuration of then, and a service that answers again. */
import { probeTarget, type ServiceProbe, type ServiceProbeResult } from '@/lib/domain/service-probe'
import { type Looked, NOT_LOOKED } from '@/lib/engine/operation/conclusion'
import { checkConfiguration } from '@/lib/engine/operation/configuration-check'
import type { RunStep } from '@/lib/store/operation-steps'
import { serviceProbeOf } from '@/lib/store/service-probes'
import { awaitService } from '../probe/await-service'
import type { Execution } from './execution'

/** `last` is the step that is shown as waiting meanwhile. After it, `execution.guest` is as read last. */
export async function lookAtResult(execution: Execution, last: RunStep | null): Promise<Looked> {
  const { run, input } = execution
  const command = run.steps.map((step) => step.command).find((each) => each.do === 'snapshot.rollback')
  if (command?.do !== 'snapshot.rollback' || execution.guest == null) return NOT_LOOKED
  const said = await serviceProbeOf(input.store, run.guestId)
  const probe = said === null || said.probe === null ? null : await lookAtService(execution, said.probe, last)
  // Minutes may have passed: a guest that crashed meanwhile must not be told from before.
  if (probe !== null && probe.found.result !== 'unknown') await execution.look()
  const { guest } = execution
  if (guest == null) return { configuration: null, probe }
  const saved = await input.configurationAt(command.snapshot)
  const keepsTags = run.steps.some((step) => step.command.do === 'guest.set-tags')
  const then = { kind: run.connectionKind, snapshot: command.snapshot.nativeId, saved, keepsTags }
  return { configuration: checkConfiguration(then, guest), probe }
}

async function lookAtService(
  execution: Execution,
  probe: ServiceProbe,
  last: RunStep | null,
): Promise<NonNullable<Looked['probe']>> {
  const { input, guest } = execution
  const target = probeTarget(probe)
  const skipped = (because: 'guest-off' | 'stopped') => ({
    target,
    found: { result: 'unknown', why: { code: 'probe-skipped', target, because } } as const,
  })
  if (guest?.facts.power !== 'running') return skipped('guest-off')
  const found = await awaitService(probe, {
    signal: input.signal,
    between: input.patience.probe,
    pause: (millis) => input.pause(millis, input.signal, false),
    goOn: (answer) => goOnWaiting(execution, last, answer),
    ...(input.reach === undefined ? {} : { reach: input.reach }),
  })
  return found.result === 'stopped' ? skipped('stopped') : { target, found }
}

async function goOnWaiting(execution: Execution, last: RunStep | null, answer: ServiceProbeResult): Promise<boolean> {
  execution.leaveIfTold()
  if (last !== null && answer.result !== 'pass') await execution.showWhy(last, answer.why)
  return (await execution.cancelledBy()) === null
}
