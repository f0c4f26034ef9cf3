/** Carries a plan out step by step, as the executor does, and watches the storage meanwhile. */
import type { Plan } from '@/lib/domain/plan'
import { type Bytes, MINUTE } from '@/lib/domain/units'
import type { Commands } from '@/lib/hypervisors/port'
import { gaugeWhile } from './gauge'

export type CarriedOut = {
  /** what the first step that did not work said; null = every step ran */
  failed: string | null
  peakBytes: Bytes
  freedBytes: Bytes
}

export async function carryOut(plan: Plan, commands: Commands, directory: string): Promise<CarriedOut> {
  const { result: failed, before, most, after } = await gaugeWhile(directory, () => firstFailure(plan, commands))
  return { failed, peakBytes: most - before, freedBytes: failed === null ? before - after : 0 }
}

async function firstFailure(plan: Plan, commands: Commands): Promise<string | null> {
  for (const step of plan.steps) {
    const failed = await runStep(step.command, commands)
    if (failed !== null) return `${step.key}: ${failed}`
  }
  return null
}

async function runStep(command: Plan['steps'][number]['command'], commands: Commands): Promise<string | null> {
  const signal = AbortSignal.timeout(5 * MINUTE)
  const asked = await commands.submit(command, signal)
  if (!asked.ok) return JSON.stringify(asked.why)
  for await (const update of commands.follow(asked.value, signal)) {
    if (update.tells !== 'end') continue
    return update.end.ended === 'succeeded' ? null : JSON.stringify(update.end)
  }
  return 'no end'
}
