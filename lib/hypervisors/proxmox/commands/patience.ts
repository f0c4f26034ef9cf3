import { MINUTE, type Millis, SECOND } from '@/lib/domain/units'

/** How long the commands wait for what. Tests shorten it. */
export type CommandPatience = {
  /** between two looks at a task: a twentieth of the time it has taken so far: its end is told soon, and it asks little */
  poll: { first: Millis; longest: Millis }
  /** between two looks at a task's log */
  log: Millis
  /** a worker that waits for the guest's file lock says so at once; silent for so long, it works */
  begins: Millis
  /** `qm cleanup` holds that lock for at most 30 s, and a worker waits 10 s of them by itself */
  fileLock: Millis
  /** two of our own looks are never so far apart, unless this process slept: then it asks nothing again */
  slept: Millis
  /** pveproxy hands a request on within this, or never; until then "no task" does not prove that none comes */
  settle: Millis
  /** we are refused what belongs to us (a permission, a certificate): so long it may be a change under way */
  keptOut: Millis
  /** HA acts at its own pace; for a time limit nobody told us */
  ha: Millis
}

export const COMMAND_PATIENCE: CommandPatience = {
  poll: { first: 50, longest: 900 },
  log: 500,
  begins: 1.5 * SECOND,
  fileLock: 45 * SECOND,
  slept: 5 * SECOND,
  settle: 10 * SECOND,
  keptOut: MINUTE,
  ha: 10 * MINUTE,
}
