/** A worker: owns connections, reads them, answers questions about them, keeps the history short. */
import { randomUUID } from 'node:crypto'
import type { ConnectionId } from '@/lib/domain/ids'
import type { Outcome } from '@/lib/domain/result'
import { type Instant, instantAt } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import type { Store } from '@/lib/store/client'
import { listen, WORK_CHANNEL } from '@/lib/store/listen'
import { type AlertingInput, startAlerting } from './alerting'
import { periodically } from './driver'
import { HEARTBEAT_MILLIS, LeaseKeeper } from './lease'
import { faultOf, type Log } from './log'
import type { Patience } from './operation/patience'
import type { ReaderLimits } from './reader'
import { Answerer } from './tasks/answer-questions'
import { Collector } from './tasks/collect'
import { keepSamples, SAMPLES_INTERVAL } from './tasks/keep-samples'
import { PRUNE_INTERVAL, pruneHistory } from './tasks/prune-history'
import { OperationRunner } from './tasks/run-operations'
import { TELL_INTERVAL, tellFreshness } from './tasks/tell-freshness'

export type RunningWorker = {
  readonly id: string
  /** Ends readings, closes connections, gives leases back. Idempotent; resolves also when the database is away. */
  stop(): Promise<void>
}

export type WorkerInput = {
  store: Store
  log: Log
  open: (connectionId: ConnectionId) => Promise<Outcome<Hypervisor>>
  /** keeps what a connection told of further servers; absent = they are told anew after a restart */
  keepServers?: (connectionId: ConnectionId, servers: readonly string[]) => Promise<void>
  now?: () => Instant
  limits?: ReaderLimits
  /** how alerts are told; absent = they are not judged here */
  alerting?: Pick<AlertingInput, 'publicUrl' | 'timeZone' | 'openSecret' | 'send'>
  patience?: Patience
}

/** Starts a worker on the store. It goes on when the database is lost and comes back. */
export function startWorker(input: WorkerInput): RunningWorker {
  const { store, log, open, keepServers, now = systemNow, limits, alerting, patience } = input
  const keeper = new LeaseKeeper(store, randomUUID(), now())
  let renewed = false
  const alerts = alerting === undefined ? null : startAlerting({ store, log, now, ...alerting })
  const collector = new Collector({
    store,
    log,
    open,
    now,
    ...(keepServers === undefined ? {} : { keepServers }),
    onStored: () => {
      renewed = true
      alerts?.evaluate()
    },
    ...(limits === undefined ? {} : { limits }),
  })
  const runner = new OperationRunner({
    store,
    log,
    collector,
    now,
    onEnded: () => operations.wake(),
    ...(patience === undefined ? {} : { patience }),
  })
  const operations = periodically('run operations', HEARTBEAT_MILLIS, () => runner.tick(), log)
  const work = periodically(
    'own and read',
    HEARTBEAT_MILLIS,
    async () => {
      await keeper.tick((id) => collector.isBusy(id) || runner.isBusy(id))
      await collector.refresh(keeper.owned)
      questions.wake()
      operations.wake()
    },
    log,
  )
  const answerer = new Answerer({ store, collector, log })
  const questions = periodically('answer questions', HEARTBEAT_MILLIS, () => answerer.tick(), log)
  const freshness = periodically(
    'tell freshness',
    TELL_INTERVAL,
    async () => {
      if (!renewed) return
      renewed = false
      await tellFreshness(store)
    },
    log,
  )
  const prune = periodically(
    'prune history',
    PRUNE_INTERVAL,
    async () => {
      await pruneHistory(store)
    },
    log,
  )
  const samples = periodically('keep samples', SAMPLES_INTERVAL, () => keepSamples(store, now()), log)
  const endListening = listen(store.url, WORK_CHANNEL, {
    onWake: (told) => {
      // Consent waits for nothing: what is owned already is begun before leases are looked at.
      operations.wake()
      // A storage that became free changes nothing about who owns what, and comes with every single deletion.
      if (told === 'storage_slots') return
      work.wake()
      alerts?.deliver()
      // null: notices of the meantime are lost, a rule may have been among them.
      if (told === 'rules' || told === null) alerts?.evaluate()
    },
    onTrouble: (error) => log.warn({ fault: faultOf(error) }, 'not listening to the database; trying again'),
  })
  log.info({ worker: keeper.workerId }, 'the worker runs')

  let stopping: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    await endListening()
    // First what runs stops where it stands, while the adapters it speaks through are still open.
    await Promise.all([runner.stop(), operations.stop(), questions.stop().then(() => answerer.stop())])
    await Promise.all([work.stop(), freshness.stop(), prune.stop(), samples.stop(), collector.close(), alerts?.stop()])
    try {
      await keeper.leave()
    } catch (error) {
      log.warn({ fault: faultOf(error) }, 'leases are left to expire: the database is away')
    }
    log.info({ worker: keeper.workerId }, 'the worker ended')
  }
  return {
    id: keeper.workerId,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

const systemNow = (): Instant => instantAt(Date.now())
