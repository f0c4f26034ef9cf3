/** Shared by the tests that change a real libvirtd through the port. */
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { Command, TaskEnd, TaskRef, TaskUpdate } from '@/lib/domain/command'
import type { GuestRef, SnapshotRef } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import type { Commands, Hypervisor } from '../../port'
import { patience } from './reading'

export const refOf = ({ uuid, name }: Pick<LabGuest, 'uuid' | 'name'>): GuestRef => ({ nativeId: uuid, name, node: '' })

export const snapshotRef = (guest: Pick<LabGuest, 'uuid' | 'name'>, name: string): SnapshotRef => ({
  guest: refOf(guest),
  nativeId: name,
  name,
})

export function commandsOf(hypervisor: Hypervisor): Commands {
  if (hypervisor.commands === undefined) throw new Error('this connection cannot change anything')
  return hypervisor.commands
}

/** What became of a command: refused, or how its task ended, with all it told on the way. */
export type Outcome =
  | { refused: Reason; native: number | string | null }
  | { end: TaskEnd; task: TaskRef; told: TaskUpdate[] }

/** Asks and follows to the end. */
export async function run(commands: Commands, command: Command, limitMillis = 60_000): Promise<Outcome> {
  const asked = await commands.submit(command, patience(limitMillis))
  if (!asked.ok) return { refused: asked.why, native: asked.native?.code ?? null }
  return { ...(await followToEnd(commands, asked.value, limitMillis)), task: asked.value }
}

export async function followToEnd(
  commands: Commands,
  task: TaskRef,
  limitMillis = 60_000,
): Promise<{ end: TaskEnd; told: TaskUpdate[] }> {
  const told: TaskUpdate[] = []
  for await (const update of commands.follow(task, patience(limitMillis))) {
    told.push(update)
    if (update.tells === 'end') return { end: update.end, told }
  }
  throw new Error(`no end within ${limitMillis} ms of ${JSON.stringify(task)}`)
}

/** `ok` with warnings, or what was said instead: short enough to compare in one line. */
export function gist(outcome: Outcome): string {
  if ('refused' in outcome)
    return `refused ${outcome.refused.code}${outcome.native === null ? '' : ` ${outcome.native}`}`
  return outcome.end.ended === 'succeeded' ? 'ok' : `${outcome.end.ended} ${outcome.end.why.code}`
}

type Take = Extract<Command, { do: 'snapshot.take' }>

/** A disk-only, internal or memory snapshot of these disks, with overlays named as the plan would name them. */
export function takeOf(
  lab: Pick<LibvirtLab, 'imagePath'>,
  guest: LabGuest,
  name: string,
  over: Partial<Omit<Take, 'disks'>> & { kind: 'internal' | 'external'; only?: string[] },
): Take {
  const { kind, only, ...rest } = over
  return {
    do: 'snapshot.take',
    guest: refOf(guest),
    name,
    description: '',
    memory: 'none',
    memoryFile: null,
    quiesce: false,
    disks: guest.disks.map(({ target }) =>
      only !== undefined && !only.includes(target)
        ? { target, mode: 'excluded' }
        : kind === 'internal'
          ? { target, mode: 'internal' }
          : { target, mode: 'external', overlay: lab.imagePath(`${guest.uuid.slice(0, 8)}-${target}.${name}.qcow2`) },
    ),
    ...rest,
  }
}

export const deleteOf = (
  guest: LabGuest,
  name: string,
  over: Partial<Extract<Command, { do: 'snapshot.delete' }>> = {},
): Command => ({
  do: 'snapshot.delete',
  guest: refOf(guest),
  snapshot: snapshotRef(guest, name),
  children: 'keep',
  how: 'whole',
  ...over,
})

export const rollbackOf = (
  guest: LabGuest,
  name: string,
  over: Partial<Extract<Command, { do: 'snapshot.rollback' }>> = {},
): Command => ({
  do: 'snapshot.rollback',
  guest: refOf(guest),
  snapshot: snapshotRef(guest, name),
  powerAfter: 'as-saved',
  force: false,
  ...over,
})
