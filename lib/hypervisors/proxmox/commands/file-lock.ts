/**
 * The one refusal after which the same is asked again. After a machine was stopped, `qm cleanup` may hold its file lock
 * for up to 30 s; a worker waits 10 s for it and gives up before it did anything (recorded 290–293, 672–675). Proven by
 * the task's own log, in which nothing but the waiting stands, and by the guest, on which the worker's first act would
 * have left a lock of its own.
 */
import type { ProxmoxClient } from '../client'
import { guestPath, type Place } from '../place'
import { configSchema, parseOne } from '../wire'
import { beginningOf } from './exit-status'
import type { CommandPatience } from './patience'
import { nextLook, rest } from './rest'
import { readLog, type TaskPlace } from './task-reader'

/** Whether a forked worker works, or gave up before it did anything; `left` = we may not ask again ourselves. */
export type Beginning = 'begun' | 'nothing-began' | 'left'

type Context = { client: Pick<ProxmoxClient, 'get'>; patience: CommandPatience; signal: AbortSignal }

/** Looks at a worker until it works, gave up, or has said nothing for a while. */
export async function watchBeginning(task: TaskPlace, place: Place, context: Context): Promise<Beginning> {
  const { client, patience, signal } = context
  const began = performance.now()
  let looked = began
  for (;;) {
    const log = await readLog(client, task, 0, signal)
    if (signal.aborted || performance.now() - looked > patience.slept) return 'left'
    looked = performance.now()
    const beginning = log.ok ? beginningOf(log.value) : 'silent'
    if (beginning === 'begun') return 'begun'
    if (beginning === 'gave-up') return (await isUnlocked(place, context)) ? 'nothing-began' : 'begun'
    if (beginning === 'silent' && looked - began >= patience.begins) return 'begun'
    await rest(nextLook(patience, looked - began), signal)
  }
}

/** Whether no lock stands in the configuration; not read is no. */
async function isUnlocked(place: Place, { client, signal }: Omit<Context, 'patience'>): Promise<boolean> {
  const answer = await client.get([...guestPath(place), 'config'], {}, signal)
  const config = answer.ok ? parseOne(configSchema, answer.value.data, 'configuration') : answer
  return config.ok && config.value.lock === undefined
}
