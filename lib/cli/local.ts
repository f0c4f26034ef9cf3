/** An installation on this machine, through the same verbs as pages and API. */
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { z } from 'zod'
import type { Actor } from '@/lib/domain/actor'
import { asId, type ConnectionId, type GuestId, type OperationId, type PlanId } from '@/lib/domain/ids'
import { isEnded, type OperationEvent } from '@/lib/domain/operation'
import { type Outcome, ok, type Refused, refused } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { openConnection } from '@/lib/hypervisors/registry'
import { addConnection } from '@/lib/services/connection/add'
import { collect } from '@/lib/services/connection/collect'
import { getConnection } from '@/lib/services/connection/get'
import { newConnectionInput } from '@/lib/services/connection/input'
import { listConnections } from '@/lib/services/connection/list'
import { testConnection } from '@/lib/services/connection/test'
import type { Context } from '@/lib/services/context'
import { recordExport } from '@/lib/services/export/make'
import { filterForName } from '@/lib/services/guest/filter'
import { getGuest } from '@/lib/services/guest/get'
import { pageGuests } from '@/lib/services/guest/page'
import { getOperation } from '@/lib/services/operation/get'
import { lookAgain } from '@/lib/services/operation/look-again'
import { confirmPlan } from '@/lib/services/plan/confirm'
import { getPlan } from '@/lib/services/plan/get'
import { proposePlan, proposePlanInput } from '@/lib/services/plan/propose'
import { operationForPrograms, planForPrograms } from '@/lib/services/program/operation-shapes'
import {
  collectForPrograms,
  connectionForPrograms,
  guestDetailForPrograms,
  snapshotsForPrograms,
  storageDetailForPrograms,
} from '@/lib/services/program/shapes'
import { getServiceProbe } from '@/lib/services/service-probe/get'
import { setServiceProbe, setServiceProbeInput } from '@/lib/services/service-probe/set'
import { tryServiceProbe, tryServiceProbeInput } from '@/lib/services/service-probe/try'
import { getStorage } from '@/lib/services/storage/get'
import { listStorages } from '@/lib/services/storage/list'
import { eventsAfter } from '@/lib/store/operation-events'
import type { Log } from '@/lib/worker/log'
import { startWorker } from '@/lib/worker/worker'
import type { Backend, ProgramStorage } from './backend'
import type { Installation } from './installation'

const PAGE = 500

/** Who acts: whoever can read the instance key, by the name of their account here. */
const localActor = (): Actor => ({ kind: 'local', osUser: osUserName(), role: 'admin' })

function osUserName(): string {
  try {
    return userInfo().username
  } catch (error) {
    // In a container the user may have a number and no name.
    if (error instanceof Error) return `uid ${process.getuid?.() ?? 'unknown'}`
    throw error
  }
}

export const localContext = ({ store }: Installation): Context => ({
  store,
  actor: localActor(),
  now: instantAt(Date.now()),
  address: null,
  sessionId: null,
})

/** Works on an installation opened before; `close` leaves it open. */
export function openLocal(installation: Installation): Backend {
  const context = () => localContext(installation)
  return {
    connections: async () =>
      map(await listConnections({ ctx: context(), input: {} }), (all) => all.map(connectionForPrograms)),
    addConnection: async (body) => {
      const input = newConnectionInput.safeParse(body)
      if (!input.success) return invalid(input.error)
      const added = await addConnection({ ctx: context(), input: input.data })
      if (!added.ok) return added
      return map(await getConnection({ ctx: context(), input: added.value }), connectionForPrograms)
    },
    testConnection: (id) =>
      withWorker(installation, async () => {
        const answer = await testConnection({ ctx: context(), input: { id: asId<ConnectionId>(id) } })
        if (!answer.ok) return answer
        return answer.value.ok ? ok(answer.value) : answer.value
      }),
    collect: (id) =>
      withWorker(installation, async () => {
        const input = { id: asId<ConnectionId>(id) }
        const before = await getConnection({ ctx: context(), input })
        if (!before.ok) return before
        const answer = await collect({ ctx: context(), input })
        return map(answer, (value) => collectForPrograms(value, before.value.health.lastFullAt))
      }),
    beginExport: () => recordExport({ ctx: context(), input: {} }),
    guestIds: async function* () {
      let after: string | null = null
      for (;;) {
        const page: Awaited<ReturnType<typeof pageGuests>> = await pageGuests({
          ctx: context(),
          input: { q: '', after, limit: PAGE },
        })
        if (!page.ok) {
          yield page
          return
        }
        for (const { id } of page.value.rows) yield ok(id)
        after = page.value.rows.at(-1)?.id ?? null
        if (!page.value.more) return
      }
    },
    guest: async (id) =>
      map(await getGuest({ ctx: context(), input: { id: asId<GuestId>(id) } }), (guest) => ({
        guest: guestDetailForPrograms(guest),
        snapshots: snapshotsForPrograms(guest),
      })),
    storages: async () => {
      const all = await listStorages({ ctx: context(), input: {} })
      if (!all.ok) return all
      const found: ProgramStorage[] = []
      for (const { id } of all.value) {
        const storage = await getStorage({ ctx: context(), input: { id } })
        if (!storage.ok) return storage
        found.push(storageDetailForPrograms(storage.value))
      }
      return ok(found)
    },
    findGuests: async (text) => {
      const page = await pageGuests({ ctx: context(), input: { q: filterForName(text), after: null, limit: PAGE } })
      if (!page.ok) return page
      const byId = await getGuest({ ctx: context(), input: { id: asId<GuestId>(text) } })
      const found = [...page.value.rows, ...(byId.ok ? [byId.value] : [])]
      return ok(found.map(({ id, name, connectionId }) => ({ id, name, connectionId })))
    },
    createPlan: async (intent) => {
      const input = proposePlanInput.safeParse({ intent })
      if (!input.success) return invalid(input.error)
      return map(await proposePlan({ ctx: context(), input: input.data }), planForPrograms)
    },
    plan: async (id) => map(await getPlan({ ctx: context(), input: { id: asId<PlanId>(id) } }), planForPrograms),
    confirm: async (id, body) => {
      const confirmed = await confirmPlan({ ctx: context(), input: { id: asId<PlanId>(id), ...body } })
      if (!confirmed.ok) return confirmed
      if (confirmed.value.result === 'changed') {
        return { ok: false, why: { code: 'changed', since: context().now, fields: ['plan'] } }
      }
      const input = { id: confirmed.value.operationId }
      return map(await getOperation({ ctx: context(), input }), operationForPrograms)
    },
    operation: async (id) =>
      map(await getOperation({ ctx: context(), input: { id: asId<OperationId>(id) } }), operationForPrograms),
    lookAgain: (id) =>
      withWorker(installation, async () => {
        const input = { id: asId<OperationId>(id) }
        const looked = await lookAgain({ ctx: context(), input })
        if (!looked.ok) return looked
        return map(await getOperation({ ctx: context(), input }), operationForPrograms)
      }),
    serviceProbe: (id) => getServiceProbe({ ctx: context(), input: { id: asId<GuestId>(id) } }),
    setServiceProbe: async (id, probe) => {
      const input = setServiceProbeInput.safeParse({ id, probe })
      if (!input.success) return invalid(input.error)
      const set = await setServiceProbe({ ctx: context(), input: input.data })
      return set.ok ? getServiceProbe({ ctx: context(), input: { id: input.data.id } }) : set
    },
    tryServiceProbe: async (id, probe) => {
      const input = tryServiceProbeInput.safeParse({ id, probe })
      if (!input.success) return invalid(input.error)
      return withWorker(installation, () => tryServiceProbe({ ctx: context(), input: input.data }))
    },
    events: (id) => localEvents(installation, asId<OperationId>(id)),
    worksAlone: async () => !(await installation.workerRuns()),
    close: () => Promise.resolve(),
  }
}

/** Between two looks at the log; a person reads no faster. */
const LOOK_MILLIS = 200

/** The events of an operation until it has ended. Where no worker runs, this process is one meanwhile. */
async function* localEvents(installation: Installation, id: OperationId): AsyncGenerator<OperationEvent> {
  const { store } = installation
  const worker = (await installation.workerRuns())
    ? null
    : startWorker({ store, log: QUIET, open: (connectionId) => openConnection(store, connectionId) })
  try {
    for (let seq = 0; ; ) {
      for (const event of await eventsAfter(store, id, seq, PAGE)) {
        seq = event.seq
        yield event
        if (event.event === 'state' && isEnded(event.state)) return
      }
      await wait(LOOK_MILLIS)
    }
  } finally {
    await worker?.stop()
  }
}

/** What goes wrong with a connection is in the command's answer; the rest would only be noise between its lines. */
const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

function invalid({ issues }: z.ZodError): Refused {
  const errors = issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  return refused({ code: 'invalid', errors })
}

const map = <From, To>(outcome: Outcome<From>, change: (value: From) => To): Outcome<To> =>
  outcome.ok ? ok(change(outcome.value)) : outcome

/** Hypervisors are read by a worker. When none runs, this process is one for as long as `work` takes, under a lease. */
async function withWorker<T>(installation: Installation, work: () => Promise<T>): Promise<T> {
  if (await installation.workerRuns()) return work()
  const { store } = installation
  const worker = startWorker({ store, log: QUIET, open: (id) => openConnection(store, id) })
  try {
    return await work()
  } finally {
    await worker.stop()
  }
}
