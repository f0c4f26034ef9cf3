/** A node's tasks of one guest since a moment, all of them: what runs and what has ended. */
import { type Outcome, ok } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import type { ProxmoxClient } from '../client'
import { parseOne, taskSchema } from '../wire'
import { parseUpid, type Upid } from './upid'

export type ListedTask = {
  upid: string
  is: Upid
  /** seconds; null = it runs, or nobody wrote down when it ended */
  endtime: number | null
  /** the exit status; null = it runs */
  exitstatus: string | null
}

export type TaskList = { tasks: ListedTask[]; serverTime: Instant | null }

/** Rows asked for at a time. */
const PAGE = 200

/** Without Sys.Audit the list holds our own tasks alone, which are the ones looked for. */
export async function readTasks(
  client: Pick<ProxmoxClient, 'get'>,
  { node, vmid, sinceSeconds }: { node: string; vmid: string; sinceSeconds: number },
  signal: AbortSignal,
): Promise<Outcome<TaskList>> {
  const found = new Map<string, ListedTask>()
  const asked = { source: 'all', vmid, since: Math.max(0, Math.floor(sinceSeconds)), limit: PAGE }
  for (let start = 0; ; start += PAGE) {
    const answer = await client.get(['nodes', node, 'tasks'], { ...asked, start }, signal)
    if (!answer.ok) return answer
    const rows = parseOne(taskSchema.array(), answer.value.data, 'tasks')
    if (!rows.ok) return rows
    for (const { upid, endtime, status } of rows.value) {
      const is = parseUpid(upid)
      if (is === null || is.id !== vmid) continue
      const ended = endtime !== null || (status !== null && status !== 'RUNNING')
      found.set(upid, { upid, is, endtime, exitstatus: ended ? (status ?? 'unexpected status') : null })
    }
    if (rows.value.length < PAGE) return ok({ tasks: [...found.values()], serverTime: answer.value.serverTime })
  }
}
