/** Answers questions about owned connections: a test, a snapshot's configuration, a service. Each bounded, all at once. */
import type { Probe } from '@/lib/domain/connection'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { ServiceProbeResult } from '@/lib/domain/service-probe'
import { type Millis, SECOND } from '@/lib/domain/units'
import type { Store } from '@/lib/store/client'
import { answerQuestion, type OpenQuestion, snapshotRefOf, takeQuestions } from '@/lib/store/questions'
import { faultOf, type Log } from '../log'
import { askService } from '../probe/ask-service'
import type { Collector } from './collect'

/** Under the time that whoever asked waits, so that the answer says why and not only that it is late. */
const ANSWER_LIMIT: Millis = 20 * SECOND
/** A service is asked once: what works answers within a second. */
const SERVICE_LIMIT: Millis = 5 * SECOND

export type AnswererInput = { store: Store; collector: Pick<Collector, 'ids' | 'use'>; log: Log }

/** A host that is silent takes all its time to be told; what is asked of others meanwhile does not wait for it. */
export class Answerer {
  private readonly underWay = new Set<Promise<void>>()
  private readonly ending = new AbortController()

  constructor(private readonly input: AnswererInput) {}

  /** Takes what is asked now and begins to answer it. Throws when the database is away. */
  async tick(): Promise<void> {
    for (const question of await takeQuestions(this.input.store, this.input.collector.ids)) {
      const answering = this.answer(question).finally(() => this.underWay.delete(answering))
      this.underWay.add(answering)
    }
  }

  /** Gives up what is under way; resolves when all of it is answered so. */
  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.all(this.underWay)
  }

  /** Never throws: a question whose answer cannot be stored is taken again, while somebody may still wait for it. */
  private async answer(question: OpenQuestion): Promise<void> {
    const { store, log } = this.input
    try {
      await answerQuestion(store, question.id, await answerOne(this.input, question, this.ending.signal))
    } catch (error) {
      log.error({ question: question.kind, fault: faultOf(error) }, 'an answer could not be stored')
    }
  }
}

async function answerOne(
  { store, collector, log }: AnswererInput,
  question: OpenQuestion,
  ending: AbortSignal,
): Promise<Outcome<Probe | ConfigurationMap | ServiceProbeResult>> {
  try {
    if (question.kind === 'service-probe') {
      return ok(await askService(question.probe, SERVICE_LIMIT, ending))
    }
    const hypervisor = await collector.use(question.connectionId)
    if (hypervisor === null) return refused({ code: 'not-owner' })
    if (!hypervisor.ok) return hypervisor
    const limit = AbortSignal.timeout(ANSWER_LIMIT)
    const signal = AbortSignal.any([limit, ending])
    if (question.kind === 'test') return await late(hypervisor.value.probe(signal), limit)
    const snapshot = await snapshotRefOf(store, question.snapshotId)
    if (snapshot === null) return refused({ code: 'missing', what: 'snapshot', name: question.snapshotId })
    return await late(hypervisor.value.configurationAt(snapshot, signal), limit)
  } catch (error) {
    log.error({ question: question.kind, fault: faultOf(error) }, 'a question could not be answered')
    return refused({ code: 'interrupted' })
  }
}

/** An adapter that was stopped says `interrupted`; after the whole time that means it hung. */
async function late<T>(work: Promise<Outcome<T>>, limit: AbortSignal): Promise<Outcome<T>> {
  const answer = await work
  const stopped = !answer.ok && answer.why.code === 'interrupted' && limit.aborted
  return stopped ? refused({ code: 'hung', silentForMillis: ANSWER_LIMIT }) : answer
}
