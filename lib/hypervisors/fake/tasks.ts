/** What a fake hypervisor was asked to do: its tasks outlive whoever asked, as real ones do. */
import type { Command, TaskEnd, TaskUpdate } from '../../domain/command'
import type { Reason } from '../../domain/reason'
import type { Bytes, Instant, Millis } from '../../domain/units'

/**
 * What goes wrong with the next command of a kind; each is used once.
 *   refuse        it says no and nothing begins
 *   slow          the task takes so long
 *   hang          the task never ends
 *   fail          the task fails; `half` leaves the guest locked and what it worked on incomplete
 *   lose-answer   it takes the command, and the answer is lost on the way
 *   lose-request  the command never arrives, and whoever asked cannot know
 *   vanish        it does its work, and the task leaves no trace
 *   abort         somebody ends the task by hand before it did anything
 */
export type CommandFault = { on: Command['do'] | 'any' } & (
  | { fault: 'refuse'; why: Reason }
  | { fault: 'slow'; millis: Millis }
  | { fault: 'hang' }
  | { fault: 'fail'; why: Reason; half: boolean }
  | { fault: 'lose-answer' }
  | { fault: 'lose-request' }
  | { fault: 'vanish' }
  | { fault: 'abort' }
)

export type FakeTask = {
  id: string
  command: Command
  /** native id; null = about no guest */
  guest: string | null
  startedAt: Instant
  bytes: Bytes
  updates: TaskUpdate[]
  end: TaskEnd | null
  /** it left no trace: following and recalling do not find it */
  gone: boolean
  listeners: Set<() => void>
}

/** The guest a command is about; null = none. */
export const guestOf = (command: Command): string | null =>
  command.do === 'volume.delete' ? null : command.guest.nativeId

/** Adds to what a task told, and wakes whoever follows it. */
export function tell(task: FakeTask, update: TaskUpdate): void {
  task.updates.push(update)
  if (update.tells === 'end') task.end = update.end
  for (const listener of [...task.listeners]) listener()
}
