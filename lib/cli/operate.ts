/** plan, apply, watch: what the pages do, for headless installations and automation. */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import type { OperationEvent } from '@/lib/domain/operation'
import { isEnded } from '@/lib/domain/operation'
import type { planSchema } from '@/lib/services/program/operation-schemas'
import { type Arguments, allowOnly, required, usage } from './arguments'
import type { Backend, ProgramOperation } from './backend'
import type { Session } from './commands'
import { CommandError, EXIT, type ExitCode } from './exit'
import { guestIdOf } from './guest-id'
import { type Output, printable, reasonLine, refuse, valueFrom, writeJson, writeTable } from './output'

type ProgramPlan = z.input<typeof planSchema>

/** More at once is a batch, which a file describes. */
const MOST_SNAPSHOTS = 1_000

/** Plans what the words or a file describe, and shows it. Exit 1 when it is not possible. */
export async function planCommand(session: Session): Promise<ExitCode> {
  checkPlanWords(session.arguments)
  const backend = await session.backend()
  const intent = await readIntent(session, backend)
  const plan = valueFrom(await backend.createPlan(intent))
  if (session.arguments.flags.json === true) writeJson(session.output, plan)
  else showPlan(session.output, plan)
  const [why] = plan.why
  if (plan.kind === 'plan') return EXIT.done
  session.output.err(`${reasonLine(why)}\n`)
  return EXIT.refused
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

function showPlan(output: Output, plan: ProgramPlan): void {
  output.out(`Plan ${plan.id}${plan.kind === 'plan' ? '' : ': not possible'}\n`)
  if (plan.steps !== null && plan.steps.length > 0) {
    writeTable(
      output,
      ['STEP', 'DOES', 'TAKEN BACK BY'],
      plan.steps.map(({ key, do: what, undo }) => [key, what, undo === 'none' ? 'nothing' : undo]),
    )
  }
  const told = plan.checks.filter(({ verdict }) => verdict !== 'pass')
  if (told.length > 0) {
    writeTable(
      output,
      ['CHECK', 'VERDICT', 'WHY'],
      told.map(({ id, verdict, why }) => [id, verdict, why === undefined ? '' : reasonLine(why)]),
    )
  }
  if (plan.losses !== null && plan.losses.length > 0) {
    writeTable(
      output,
      ['LOST', 'WHAT', 'UP TO BYTES'],
      plan.losses.map(({ kind, name, bytes }) => [kind, name, bytes?.max == null ? '?' : String(bytes.max)]),
    )
  }
  if (plan.space !== null && plan.space.length > 0) {
    writeTable(
      output,
      ['STORAGE', 'PEAK', 'FREES'],
      plan.space.map(({ storageName, peak, frees }) => [storageName, rangeText(peak), rangeText(frees)]),
    )
  }
  if (plan.kind === 'plan') {
    const typed = plan.consent === 'type-name' ? ` --typed-name "${plan.consentText ?? ''}"` : ''
    output.out(
      `Valid until ${plan.validUntil ?? '?'}. To do it: snapwarden apply ${plan.id} --digest ${plan.digest ?? ''}${typed}\n`,
    )
  }
}

const rangeText = ({ min, max }: { min: number | null; max: number | null }): string =>
  min === max ? String(min) : `${min ?? '?'}…${max ?? '?'}`

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
    else session.output.out(`Operation ${operation.id} is queued. To follow it: snapwarden watch ${operation.id}\n`)
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
  valueFrom(await backend.operation(id))
  for await (const event of backend.events(id)) {
    if (json) output.out(`${JSON.stringify(event)}\n`)
    else output.out(`${event.at}  ${eventLine(event)}\n`)
  }
  const operation = valueFrom(await backend.operation(id))
  return endOf(output, operation, given)
}

function endOf(output: Output, operation: ProgramOperation, { flags }: Arguments): ExitCode {
  if (flags.json !== true) output.out(`Operation ${operation.id}: ${operation.state}\n`)
  if (!isEnded(operation.state)) return EXIT.unavailable
  if (operation.state === 'succeeded') return EXIT.done
  const why = operation.why ?? operation.operations.find((each) => each.why !== null)?.why
  output.err(`${why === null || why === undefined ? operation.state : reasonLine(why)}\n`)
  return EXIT.refused
}

function eventLine(event: OperationEvent): string {
  switch (event.event) {
    case 'state':
      return event.state
    case 'step':
      return printable(`${event.key}: ${event.state}${event.why === null ? '' : ` (${event.why.code})`}`)
    case 'progress': {
      const total = event.total === null ? '' : ` of ${event.total}`
      return printable(`${event.key}: ${event.done}${total} ${event.unit}`)
    }
    case 'log':
      return printable(`${event.key}: ${event.line}`)
  }
}
