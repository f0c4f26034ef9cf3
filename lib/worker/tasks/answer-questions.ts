/** Answers questions about owned connections: a test, a snapshot's configuration. Each bounded, all at once. */
import type { Probe } from '@/lib/domain/connection'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import { type Outcome, refused } from '@/lib/domain/result'
import { type Millis, SECOND } from '@/lib/domain/units'
import type { Store } from '@/lib/store/client'
import { answerQuestion, type OpenQuestion, snapshotRefOf, takeQuestions } from '@/lib/store/questions'
import { faultOf, type Log } from '../log'
import type { Collector } from './collect'

/** Under the time that whoever asked waits, so that the answer says why and not only that it is late. */
const ANSWER_LIMIT: Millis = 20 * SECOND

/** Takes what is asked now and answers it; returns when all of it is answered. Throws when the database is away. */
export async function answerQuestions(store: Store, collector: Collector, log: Log): Promise<void> {
  const questions = await takeQuestions(store, collector.ids)
  await Promise.all(
    questions.map(async (question) => {
      const answer = await answerOne(store, collector, log, question)
      await answerQuestion(store, question.id, answer)
    }),
  )
}

async function answerOne(
  store: Store,
  collector: Collector,
  log: Log,
  question: OpenQuestion,
): Promise<Outcome<Probe> | Outcome<ConfigurationMap>> {
  try {
    const hypervisor = await collector.use(question.connectionId)
    if (hypervisor === null) return refused({ code: 'not-owner' })
    if (!hypervisor.ok) return hypervisor
    const signal = AbortSignal.timeout(ANSWER_LIMIT)
    if (question.kind === 'test') return await late(hypervisor.value.probe(signal), signal)
    const snapshot = await snapshotRefOf(store, question.snapshotId)
    if (snapshot === null) return refused({ code: 'missing', what: 'snapshot', name: question.snapshotId })
    return await late(hypervisor.value.configurationAt(snapshot, signal), signal)
  } catch (error) {
    log.error({ question: question.kind, fault: faultOf(error) }, 'a question could not be answered')
    return refused({ code: 'interrupted' })
  }
}

/** An adapter that was stopped says `interrupted`; after the whole time that means it hung. */
async function late<T>(work: Promise<Outcome<T>>, signal: AbortSignal): Promise<Outcome<T>> {
  const answer = await work
  const stopped = !answer.ok && answer.why.code === 'interrupted' && signal.aborted
  return stopped ? refused({ code: 'hung', silentForMillis: ANSWER_LIMIT }) : answer
}
