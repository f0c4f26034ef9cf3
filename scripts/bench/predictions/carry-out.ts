/** Carries a plan out step by step, as the executor does, and watches the storage meanwhile. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '@/lib/domain/plan'
import type { Bytes } from '@/lib/domain/units'
import { MINUTE } from '@/lib/domain/units'
import type { Commands } from '@/lib/hypervisors/port'

export type CarriedOut = {
  /** what the first step that did not work said; null = every step ran */
  failed: string | null
  peakBytes: Bytes
  freedBytes: Bytes
}

/** How often the files are measured while a step runs, ms. A commit of 100 MB takes 200. */
const SAMPLE_EVERY_MS = 10

/** Bytes that files of a directory take on disk. */
export function usedBytes(directory: string): Bytes {
  let sum = 0
  for (const name of readdirSync(directory)) {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false }) // it may go while we look
    sum += (stats?.blocks ?? 0) * 512
  }
  return sum
}

export async function carryOut(plan: Plan, commands: Commands, directory: string): Promise<CarriedOut> {
  const before = usedBytes(directory)
  let most = before
  const measure = (): Bytes => {
    const used = usedBytes(directory)
    most = Math.max(most, used)
    return used
  }
  const timer = setInterval(measure, SAMPLE_EVERY_MS)
  try {
    for (const step of plan.steps) {
      const failed = await runStep(step.command, commands)
      // A step may be over before the timer had its turn.
      measure()
      if (failed !== null) return { failed: `${step.key}: ${failed}`, peakBytes: most - before, freedBytes: 0 }
    }
    const freedBytes = before - measure()
    return { failed: null, peakBytes: most - before, freedBytes }
  } finally {
    clearInterval(timer)
  }
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
