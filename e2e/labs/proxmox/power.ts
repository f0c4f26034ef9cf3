import { type Cluster, failWhenLocked, underFileLock, unwritable } from './cluster'
import type { Guest } from './state'
import { TaskFailure, type Worker } from './tasks'

/** Starting and stopping, and the clean-up that follows a stop. */

/** Forks the start as a task of its own: a rollback's UPID does not cover it. */
export function startGuest(cluster: Cluster, guest: Guest, authid: string): string {
  const node = cluster.state.nodes.get(guest.node)
  return cluster.tasks.fork({
    node: guest.node,
    type: guest.kind === 'qemu' ? 'qmstart' : 'vzstart',
    id: String(guest.vmid),
    authid,
    bootMs: node?.bootMs ?? 0,
    worker: startWorker(cluster, guest),
  })
}

function startWorker(cluster: Cluster, guest: Guest): Worker {
  return function* work(tools) {
    yield* underFileLock(guest, tools, function* start() {
      failWhenLocked(guest)
      if (unwritable(cluster, guest, tools.task.pid) !== null) throw new TaskFailure('cluster not ready - no quorum?')
      if (guest.runningSinceMs !== undefined) {
        throw new TaskFailure(
          guest.kind === 'qemu' ? `VM ${guest.vmid} already running` : `CT ${guest.vmid} already running`,
        )
      }
      if (guest.config.template === 1) throw new TaskFailure("you can't start a vm if it's a template")
      yield 60
      guest.runningSinceMs = cluster.clock.now()
      guest.pid = cluster.chance.whole(100, 4000)
      guest.agentRuns = false
      bootAgent(cluster, guest)
      if (cluster.startsWarn && guest.kind === 'qemu') {
        tools.warn(`Interface 'tap${guest.vmid}i0' not attached to any bridge.`)
      }
    })
  }
}

/** The agent answers some seconds after the start (recorded: not yet in 343, yes in 253). */
const AGENT_BOOT_MS = 6000

function bootAgent(cluster: Cluster, guest: Guest): void {
  const since = guest.runningSinceMs
  cluster.clock.after(AGENT_BOOT_MS * cluster.pace, () => {
    if (guest.runningSinceMs === since && since !== undefined) guest.agentRuns = guest.config.agent === '1'
  })
}

export function stopGuest(guest: Guest): void {
  guest.runningSinceMs = undefined
  guest.agentRuns = false
  guest.agentFrozen = false
}

export function stopWorker(cluster: Cluster, guest: Guest, how: { log?: string; afterMs: number }): Worker {
  return function* work(tools) {
    yield how.afterMs
    yield* underFileLock(guest, tools, function* stop() {
      failWhenLocked(guest)
      if (how.log !== undefined && guest.runningSinceMs !== undefined) tools.log(how.log)
      yield 100
      stopGuest(guest)
      scheduleCleanup(cluster, guest)
    })
  }
}

/** HA looks at its guests every ten seconds. */
const HA_ROUND_MS = 10_000

/** A wish to HA: its task ends when the wish is queued, and HA fulfils it in one of its next rounds [code]. */
export function askHa(cluster: Cluster, guest: Guest, wanted: 'started' | 'stopped', authid: string): string {
  return cluster.tasks.fork({
    node: guest.node,
    type: wanted === 'started' ? 'hastart' : 'hastop',
    id: String(guest.vmid),
    authid,
    bootMs: cluster.state.nodes.get(guest.node)?.bootMs ?? 0,
    worker: function* work(tools) {
      const kind = guest.kind === 'qemu' ? 'VM' : 'CT'
      tools.log(`Requesting HA ${wanted === 'started' ? 'start' : 'stop'} for ${kind} ${guest.vmid}`)
      yield 50
      guest.haWanted = wanted
      cluster.clock.after(HA_ROUND_MS, () => fulfil(cluster, guest))
    },
  })
}

/** HA starts what should run, also what somebody stopped under it; a locked guest waits for the next round. */
export function fulfil(cluster: Cluster, guest: Guest): void {
  const runs = guest.runningSinceMs !== undefined
  if (guest.haWanted === undefined || runs === (guest.haWanted === 'started')) return
  if (guest.config.lock !== undefined || guest.fileLock !== undefined) {
    cluster.clock.after(HA_ROUND_MS, () => fulfil(cluster, guest))
    return
  }
  if (guest.haWanted === 'started') startGuest(cluster, guest, 'root@pam')
  else {
    stopGuest(guest)
    scheduleCleanup(cluster, guest)
  }
}

const CLEANUP_AFTER_MS = 1000
const CLEANUP_HOLDS_MS = 30_000

/**
 * `qm cleanup` of qmeventd takes the file lock after a stop and waits up to 30 s for the process to be gone. When the
 * guest runs again by then, it waits in vain and everything else meets `got timeout` (recorded, 668–675). It gives up
 * at once when another worker holds the guest (recorded, 336–343).
 */
export function scheduleCleanup(cluster: Cluster, guest: Guest): void {
  if (guest.kind !== 'qemu') return
  cluster.clock.after(CLEANUP_AFTER_MS * cluster.pace, () => {
    if (guest.fileLock !== undefined || guest.config.lock !== undefined || guest.runningSinceMs === undefined) return
    holdFileLock(cluster, guest, CLEANUP_HOLDS_MS * cluster.pace)
  })
}

/** Something outside the API (a shell on the node) holds the guest's file lock for so long. */
export function holdFileLock(cluster: Cluster, guest: Guest, ms: number): void {
  const owner = `outside since ${cluster.clock.now()}`
  guest.fileLock = owner
  cluster.clock.after(ms, () => {
    if (guest.fileLock === owner) guest.fileLock = undefined
  })
}
