/** The end of a task, by what is asked for to know it. */
import { expect, it } from 'vitest'
import type { TaskUpdate } from '@/lib/domain/command'
import { ok } from '@/lib/domain/result'
import type { ProxmoxClient } from '../client'
import { HASTY } from '../testing/lab'
import { followTask } from './follow'

const UPID = 'UPID:pve1:00000557:00052BB6:6B012251:qmsnapshot:101:root@pam!lab:'

/** A task that has ended, whose log is as long as `logs` says at each look at it. */
async function follow(exitstatus: string, ...logs: string[][]): Promise<{ asked: string[]; updates: TaskUpdate[] }> {
  const asked: string[] = []
  const client: Pick<ProxmoxClient, 'get'> = {
    get: async (path, query) => {
      const what = String(path.at(-1))
      asked.push(what === 'log' ? `log from ${query.start}` : what)
      const lines = (what === 'log' ? (logs.shift() ?? []) : []).slice(Number(query.start ?? 0))
      const rows = lines.map((t, place) => ({ n: Number(query.start) + place + 1, t }))
      const data = what === 'log' ? rows : { status: 'stopped', exitstatus }
      return ok({ data, total: null, serverTime: null })
    },
  }
  const updates: TaskUpdate[] = []
  const context = { client, patience: HASTY, signal: new AbortController().signal, limitMillis: null }
  for await (const update of followTask({ node: 'pve1', upid: UPID }, context)) updates.push(update)
  return { asked, updates }
}

it('is known by one look, status and log together, when the log was read to its end', async () => {
  const { asked, updates } = await follow('OK', ['snapshotting', 'TASK OK'])
  expect(asked).toEqual(['status', 'log from 0'])
  expect(updates).toEqual([
    { tells: 'log', line: 'snapshotting' },
    { tells: 'end', end: { ended: 'succeeded', warnings: [] } },
  ])
})

it.each([
  ['a line that only looks like the end', ['TASK OK'], ['TASK OK', 'WARN: thin pool is full', 'TASK WARNINGS: 1']],
  ['nothing yet', [], ['WARN: thin pool is full', 'TASK WARNINGS: 1']],
])('is not known without the last line of the log: after %s it is read on', async (_what, early, whole) => {
  const { asked, updates } = await follow('WARNINGS: 1', early, whole)
  expect(asked).toEqual(['status', 'log from 0', 'log from 0'])
  expect(updates.at(-1)).toEqual({ tells: 'end', end: { ended: 'succeeded', warnings: ['thin pool is full'] } })
})
