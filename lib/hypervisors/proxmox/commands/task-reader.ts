/** A task's status and log, read politely. */
import { type Outcome, ok } from '@/lib/domain/result'
import type { ProxmoxClient } from '../client'
import { parseOne, type TaskStatus, taskLogSchema, taskStatusSchema } from '../wire'
import { realLines } from './exit-status'

export type TaskPlace = { node: string; upid: string }
type Reader = Pick<ProxmoxClient, 'get'>

/** Lines asked for at a time; the last page of a log is shorter. */
const PAGE = 500

const pathOf = ({ node, upid }: TaskPlace) => ['nodes', node, 'tasks', upid] as const

/** `gone`: the node knows no such task (recorded 314), or no such task any more. */
export async function readStatus(
  client: Reader,
  task: TaskPlace,
  signal: AbortSignal,
): Promise<Outcome<TaskStatus | 'gone'>> {
  const answer = await client.get([...pathOf(task), 'status'], {}, signal)
  if (answer.ok) return parseOne(taskStatusSchema, answer.value.data, 'task')
  const { native } = answer
  return native?.code === 400 && native.text.includes('no such task') ? ok('gone') : answer
}

/** Lines of the log from number `start` on, in order. */
export async function readLog(
  client: Reader,
  task: TaskPlace,
  start: number,
  signal: AbortSignal,
): Promise<Outcome<string[]>> {
  const lines: string[] = []
  for (;;) {
    const from = start + lines.length
    const answer = await client.get([...pathOf(task), 'log'], { start: from, limit: PAGE }, signal)
    if (!answer.ok) return answer
    const rows = parseOne(taskLogSchema, answer.value.data, 'task log')
    if (!rows.ok) return rows
    const page = [...rows.value].sort((a, b) => (a.n ?? 0) - (b.n ?? 0)).map(({ t }) => t ?? '')
    lines.push(...(from === 0 ? realLines(page) : page))
    if (page.length < PAGE) return ok(lines)
  }
}
