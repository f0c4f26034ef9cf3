import type { ServiceProbe, ServiceProbeResult } from '@/lib/domain/service-probe'
import { type Millis, SECOND } from '@/lib/domain/units'
import { askService, type Reach } from './ask-service'

/** A service that works answers within a second; a guest that drops packets would hold one question for minutes. */
const ONE_QUESTION: Millis = 5 * SECOND

/**
 * Asks again and again until the service answers as it should, or its time is over. A guest boots and a database
 * recovers meanwhile, so a first refusal is no failure. What it said last is the result.
 */
export async function awaitService(
  probe: ServiceProbe,
  input: {
    signal: AbortSignal
    /** told of every answer that is not the wanted one; false = nobody waits any more */
    goOn: (found: ServiceProbeResult) => Promise<boolean>
    between: Millis
    pause: (millis: Millis) => Promise<void>
    reach?: Reach
  },
): Promise<ServiceProbeResult | { result: 'stopped' }> {
  const until = performance.now() + probe.withinMillis
  for (;;) {
    // The last question is given its time, too: an answer cut off at the end would be called silence.
    const found = await askService(probe, ONE_QUESTION, input.signal, input.reach)
    if (found.result !== 'fail') return found
    if (!(await input.goOn(found))) return { result: 'stopped' }
    if (performance.now() >= until) return found
    await input.pause(Math.min(input.between, Math.max(1, until - performance.now())))
  }
}
