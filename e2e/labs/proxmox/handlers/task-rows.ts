import { badParameters } from '../answer'
import { demand, holds } from '../cluster'
import { parseUpid, type Task } from '../tasks'
import type { Handler, HandlerContext } from './context'
import { optionalText, text } from './context'

/** Tasks: lists, status, log, interrupt. */

/** Own tasks always; those of others with Sys.Audit on the node. Newest first. */
export function visibleTasks(context: HandlerContext, node: string | undefined): Task[] {
  const { cluster, caller } = context
  return cluster.tasks.all
    .filter((task) => node === undefined || task.node === node)
    .filter((task) => ownsTask(context, task) || holds(cluster, caller.authid, `/nodes/${task.node}`, 'Sys.Audit'))
    .sort((left, right) => right.starttime - left.starttime || right.pstart - left.pstart || right.pid - left.pid)
}

/** A user owns the tasks of his tokens; a token only its own (recorded, 936). */
function ownsTask({ caller }: HandlerContext, task: Task): boolean {
  return (
    task.authid === caller.authid || (caller.tokenName === undefined && task.authid.split('!')[0] === caller.userid)
  )
}

/** A row: `cluster` for the short list, `node` for the archive, `active` for what runs. */
export function taskSummary(task: Task, place: 'cluster' | 'node' | 'active'): Record<string, unknown> {
  const [user = '', tokenName] = task.authid.split('!')
  const stopped = task.status === 'stopped'
  const row: Record<string, unknown> = {
    upid: task.upid,
    node: task.node,
    type: task.type,
    id: task.id,
    starttime: task.starttime,
    // The active list leaves the token in the user's name.
    user: place === 'active' || (place === 'cluster' && !stopped) ? task.authid : user,
  }
  if (place !== 'active' && stopped && tokenName !== undefined) row.tokenid = tokenName
  if (stopped) {
    row.endtime = task.endtime
    row.status = task.exitstatus
  }
  if (place === 'active' && !stopped) row.status = 'RUNNING'
  if (place !== 'cluster' || !stopped) row.pid = task.pid
  if (place !== 'cluster') row.pstart = task.pstart
  if (place === 'active' || (place === 'cluster' && stopped)) row.saved = stopped ? '1' : '0'
  return row
}

const succeeded = (task: Task): boolean => task.exitstatus === 'OK'

function list(context: HandlerContext): ReturnType<Handler> {
  const { parameters } = context
  const source = optionalText(context, 'source') ?? 'archive'
  const kinds = optionalText(context, 'statusfilter')?.split(',')
  const matching = visibleTasks(context, text(context, 'node')).filter((task) => {
    if (source === 'archive' && task.status === 'running') return false
    if (source === 'active' && task.status !== 'running') return false
    if (parameters.vmid !== undefined && task.id !== String(parameters.vmid)) return false
    if (parameters.typefilter !== undefined && task.type !== parameters.typefilter) return false
    if (parameters.userfilter !== undefined && !task.authid.includes(String(parameters.userfilter))) return false
    if (parameters.since !== undefined && task.starttime < Number(parameters.since)) return false
    if (parameters.until !== undefined && task.starttime > Number(parameters.until)) return false
    // A warning is an error to this filter (recorded, 312).
    if (parameters.errors === 1 && (task.status === 'running' || succeeded(task))) return false
    return kinds === undefined || kinds.includes(statusKind(task))
  })
  if (source === 'archive') matching.sort((left, right) => right.endOrder - left.endOrder)
  const start = Number(parameters.start ?? 0)
  const limit = Number(parameters.limit ?? 50)
  const page = matching.slice(start, limit === 0 ? undefined : start + limit)
  const data = page.map((task) => taskSummary(task, task.status === 'running' ? 'active' : 'node'))
  // Without a single visible task there is no `total` (recorded, 210 and 942).
  return visibleTasks(context, text(context, 'node')).length === 0 ? { data } : { data, total: matching.length }
}

function statusKind(task: Task): string {
  if (task.exitstatus === undefined) return 'unknown'
  if (task.exitstatus === 'OK') return 'ok'
  if (task.exitstatus.startsWith('WARNINGS:')) return 'warning'
  return task.exitstatus === 'unexpected status' ? 'unknown' : 'error'
}

function taskOf(context: HandlerContext, privilege: string): Task | undefined {
  const upid = text(context, 'upid')
  if (parseUpid(upid) === undefined) throw badParameters({ upid: 'unable to parse worker upid' })
  const task = context.cluster.tasks.find(upid)
  const owner = upid.split(':')[7] ?? ''
  const owns = task === undefined ? owner === context.caller.authid : ownsTask(context, task)
  if (!owns) demand(context.cluster, context.caller.authid, `/nodes/${text(context, 'node')}`, privilege)
  return task
}

export const taskHandlers: Readonly<Record<string, Handler>> = {
  'GET /nodes/{node}/tasks': list,
  'GET /nodes/{node}/tasks/{upid}': () => ({ data: [{ name: 'log' }, { name: 'status' }] }),
  'DELETE /nodes/{node}/tasks/{upid}': (context) => {
    const task = taskOf(context, 'Sys.Modify')
    if (task !== undefined) context.cluster.tasks.interrupt(task.upid)
    return { data: null }
  },
  'GET /nodes/{node}/tasks/{upid}/status': (context) => {
    const task = taskOf(context, 'Sys.Audit')
    if (task === undefined) throw badParameters({ upid: 'no such task' })
    const [user = '', tokenName] = task.authid.split('!')
    return {
      data: {
        upid: task.upid,
        node: task.node,
        pid: task.pid,
        pstart: task.pstart,
        starttime: task.starttime,
        type: task.type,
        id: task.id,
        user,
        ...(tokenName === undefined ? {} : { tokenid: tokenName }),
        status: task.status,
        ...(task.exitstatus === undefined ? {} : { exitstatus: task.exitstatus }),
      },
    }
  },
  'GET /nodes/{node}/tasks/{upid}/log': (context) => {
    const task = taskOf(context, 'Sys.Audit')
    const start = Number(context.parameters.start ?? 0)
    const limit = Number(context.parameters.limit ?? 50)
    // A log that cannot be opened, or has nothing yet, still has one line (recorded, 315 and 319).
    const lines = task === undefined ? ['unable to open file - No such file or directory'] : task.log
    if (lines.length === 0) return { data: [{ n: 1, t: 'no content' }], total: 1 }
    const page = lines.slice(start, limit === 0 ? undefined : start + limit)
    return { data: page.map((line, index) => ({ n: start + index + 1, t: line })), total: lines.length }
  },
}
