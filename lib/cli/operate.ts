/** plan, apply, watch: what the pages do, for headless installations and automation. */
import { readFile } from 'node:fs/promises'
import { isEnded } from '@/lib/domain/operation'
import { type Arguments, allowOnly, required, usage } from './arguments'
import type { Backend, ProgramOperation, ProgramPlan } from './backend'
import type { Session } from './commands'
import { CommandError, EXIT, type ExitCode } from './exit'
import { guestIdOf } from './guest-id'
import { commandLine } from './intent-command'
import { type Output, reasonLine, refuse, valueFrom, writeJson } from './output'
import { eventLines, showEnd } from './show-operation'
import { guestsOf, type Names, showPlan } from './show-plan'

/** More at once is a batch, which a file describes. */
const MOST_SNAPSHOTS = 1_000

/** Plans what the words or a file describe, and shows it. Exit 1 when it is not possible. */
export async function planCommand(session: Session): Promise<ExitCode> {
  checkPlanWords(session.arguments)
  const backend = await session.backend()
  const intent = await readIntent(session, backend)
  const plan = valueFrom(await backend.createPlan(intent))
  if (session.arguments.flags.json === true) writeJson(session.output, plan)
  else showPlan(session.output, plan, await namesIn(backend, plan), session.arguments)
  const [why] = plan.why
  if (plan.kind === 'plan') return EXIT.done
  session.output.err(`${reasonLine(why)}\n`)
  return EXIT.refused
}

/** What the guests of a plan and their snapshots are called; those that are gone are called nothing. */
async function namesIn(backend: Backend, plan: ProgramPlan): Promise<Names> {
  const names = new Map((plan.guests ?? []).map(({ id, name }) => [id, name]))
  const ids = guestsOf(plan)
  // Of several guests the plan says what there is to say; asking for each would take longer than planning did.
  for (const id of names.size < ids.length || ids.length === 1 ? ids : []) {
    const found = await backend.guest(id)
    if (!found.ok) continue
    names.set(id, found.value.guest.name)
    for (const snapshot of found.value.snapshots.items) names.set(snapshot.id, snapshot.name)
  }
  return names
}

/** What each kind of plan takes besides its guest: flags, and how many snapshots at most. */
const PLANS: Record<string, { flags: Parameters<typeof allowOnly>[1]; snapshots: number }> = {
  take: { flags: ['name', 'memory', 'quiesce', 'note', 'purpose', 'override'], snapshots: 0 },
  rollback: { flags: ['safety', 'start', 'shutdown', 'override'], snapshots: 1 },
  delete: { flags: ['children', 'override'], snapshots: MOST_SNAPSHOTS },
  merge: { flags: ['disk', 'direction', 'override'], snapshots: 0 },
}

const whichPlan = () => usage('plan take|rollback|delete|merge GUEST …, or plan --file intent.json.')

/** Refuses what the plan would not heed: nobody is to believe it was planned as they wrote. */
function checkPlanWords(given: Arguments): void {
  const { flags, words } = given
  if (flags.file !== undefined) {
    allowOnly(given, ['file'], 1)
    return
  }
  const [, what = ''] = words
  const known = Object.hasOwn(PLANS, what) ? PLANS[what] : undefined
  if (known === undefined) throw whichPlan()
  allowOnly(given, known.flags, 3 + known.snapshots)
  if (flags.safety !== undefined && flags.safety !== 'yes' && flags.safety !== 'no') {
    throw usage(`--safety is yes or no; "${flags.safety}" is neither.`)
  }
}

async function readIntent({ arguments: given, readStdin }: Session, backend: Backend): Promise<unknown> {
  const { flags, words } = given
  if (flags.file !== undefined) {
    const text = flags.file === '-' ? await readStdin() : await readText(flags.file)
    try {
      return JSON.parse(text)
    } catch (error) {
      if (error instanceof SyntaxError) throw usage(`${flags.file} does not hold an intent as JSON.`)
      throw error
    }
  }
  const [, what, guestName, ...snapshots] = words
  const id = await guestIdOf(backend, required(guestName, 'the guest'))
  const override = flags.override === undefined ? {} : { override: flags.override.split(',') }
  switch (what) {
    case 'take': {
      const { memory = false, quiesce = false, name, note, purpose } = flags
      return present({ do: 'take', guestId: id, memory, quiesce, name, note, purpose, ...override })
    }
    case 'rollback': {
      const [snapshotId] = await snapshotIdsOf(backend, id, snapshots)
      const { safety, start, shutdown } = flags
      const wish = { safetySnapshot: safety === undefined ? undefined : safety === 'yes', startAfter: start, shutdown }
      return present({
        do: 'rollback',
        guestId: id,
        snapshotId: required(snapshotId, 'the snapshot'),
        ...wish,
        ...override,
      })
    }
    case 'delete': {
      const snapshotIds = await snapshotIdsOf(backend, id, snapshots)
      if (snapshotIds.length === 0) throw usage('Which snapshots?')
      return present({ do: 'delete', guestId: id, snapshotIds, children: flags.children ?? 'keep', ...override })
    }
    case 'merge':
      return present({ do: 'merge', guestId: id, disk: flags.disk, direction: flags.direction, ...override })
    default:
      throw whichPlan()
  }
}

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new CommandError(EXIT.usage, `${path} cannot be read: ${text}`)
  }
}

async function snapshotIdsOf(backend: Backend, guestId: string, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return []
  const { snapshots } = valueFrom(await backend.guest(guestId))
  return wanted.map((text) => {
    const found = snapshots.items.find(({ id, name }) => id === text || name === text)
    return found?.id ?? refuse({ code: 'missing', what: 'snapshot', name: text })
  })
}

/** Consents to a plan. Without a worker of its own running here, it is carried out in this process. */
export async function applyCommand(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, ['digest', 'typed-name', 'watch'], 2)
  const { flags, words } = session.arguments
  const id = required(words[1], 'the id of a plan')
  const backend = await session.backend()
  const digest = flags.digest ?? valueFrom(await backend.plan(id)).digest ?? ''
  const typedName = flags['typed-name']
  const body = { digest, ...(typedName === undefined ? {} : { typedName }) }
  const operation = valueFrom(await backend.confirm(id, body))
  const stays = flags.watch === true || (await backend.worksAlone())
  if (!stays) {
    if (flags.json === true) writeJson(session.output, operation)
    else
      session.output.out(
        `Operation ${operation.id} is queued. To follow it:\n  ${commandLine(session.arguments, 'watch', operation.id)}\n`,
      )
    return EXIT.done
  }
  return watch(session, backend, operation.id)
}

/** Follows an operation to its end. Exit 0 only when it succeeded. */
export async function watchCommand(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  return watch(session, await session.backend(), required(session.arguments.words[1], 'the id of an operation'))
}

/** Reads the guest of an operation that needs attention again. Exit 0 when it is proven to have succeeded after all. */
export async function lookAgainCommand(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const id = required(session.arguments.words[1], 'the id of an operation')
  const backend = await session.backend()
  const operation = valueFrom(await backend.lookAgain(id))
  if (session.arguments.flags.json === true) writeJson(session.output, operation)
  return endOf(session.output, operation, session.arguments)
}

async function watch({ arguments: given, output }: Session, backend: Backend, id: string): Promise<ExitCode> {
  const json = given.flags.json === true
  const lineOf = eventLines(valueFrom(await backend.operation(id)))
  for await (const event of backend.events(id)) output.out(`${json ? JSON.stringify(event) : lineOf(event)}\n`)
  const operation = valueFrom(await backend.operation(id))
  return endOf(output, operation, given)
}

function endOf(output: Output, operation: ProgramOperation, given: Arguments): ExitCode {
  if (given.flags.json !== true) {
    showEnd(output, operation, given)
    output.out(`Operation ${operation.id}: ${operation.state}\n`)
  }
  if (!isEnded(operation.state)) return EXIT.unavailable
  if (operation.state === 'succeeded') return EXIT.done
  const why = operation.why ?? operation.operations.find((each) => each.why !== null)?.why
  output.err(`${why === null || why === undefined ? operation.state : reasonLine(why)}\n`)
  return EXIT.refused
}
