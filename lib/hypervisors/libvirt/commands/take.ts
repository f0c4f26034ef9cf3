/** Takes a snapshot. Every way libvirt can is here; which one is right was decided in the plan. */
import { SECOND } from '@/lib/domain/units'
import { domainStates, snapshotCreateFlags } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import { type CommandContext, type CommandOf, findDomain, type Perform, refuse } from './context'
import { thawIfFrozen } from './freeze'
import { waitForNews } from './news'
import { takeXml } from './snapshot-xml'

/** An agent that hangs while it freezes keeps libvirt waiting for ever; file systems must not stand still that long. */
const QUIESCE_LIMIT_MILLIS = 120 * SECOND

/** How often a snapshot that saves memory is asked how far it is. */
const PROGRESS_EVERY_MILLIS = SECOND

export const takeSnapshot: Perform<'snapshot.take'> = async (command, context) => {
  const { client } = context.host
  const { signal } = context
  const domain = await findDomain(context, command.guest)
  const running = await refuseUnable(command, context, domain)
  const external = command.disks.some((disk) => disk.mode === 'external')
  const diskOnly = external && command.memory === 'none'
  const flags =
    (external ? snapshotCreateFlags.atomic : 0) |
    (diskOnly ? snapshotCreateFlags.diskOnly : 0) |
    // The guest goes on while its memory is written; without it, it stands still for as long as that takes.
    (external && command.memory === 'saved' ? snapshotCreateFlags.live : 0) |
    (command.quiesce && running ? snapshotCreateFlags.quiesce : 0)
  if (signal.aborted) refuse({ code: 'interrupted' })
  context.asking()
  const create = client.snapshots.create(
    domain,
    takeXml(command),
    flags,
    command.quiesce ? { timeoutMs: QUIESCE_LIMIT_MILLIS } : {},
  )
  try {
    if (command.memory === 'saved') await tellProgress(create, context, domain)
    else await create
  } finally {
    context.answered()
    if (command.quiesce && running) await thawSurely(context, domain)
  }
  return command.quiesce && !running ? ['the guest is off: nothing was frozen, and nothing needed to be'] : []
}

/** What libvirt would misunderstand, ignore, or take and regret. True when the guest runs. */
async function refuseUnable(
  command: CommandOf<'snapshot.take'>,
  { host: { client }, signal }: CommandContext,
  domain: DomainRef,
): Promise<boolean> {
  const { state } = await client.domains.readState(domain, { signal })
  const running = state !== domainStates.shutOff && state !== domainStates.crashed
  const external = command.disks.some((disk) => disk.mode === 'external')
  if ((await client.snapshots.find(domain, command.name, { signal })) !== null) {
    refuse({ code: 'already-exists', what: 'snapshot', name: command.name })
  }
  // Accepted by libvirt: disks without the memory that belongs to them, mixed by the next start.
  if (await client.domains.hasManagedSave(domain, { signal })) {
    const feature = external ? 'snapshot.external' : 'snapshot.internal'
    refuse({ code: 'unsupported', feature, because: { cause: 'managed-save' } })
  }
  if (command.memory === 'saved' && !running) {
    refuse({ code: 'unsupported', feature: 'snapshot.memory', because: { cause: 'guest-off' } })
  }
  // An internal snapshot of a running guest holds its memory, asked for or not.
  if (command.memory === 'none' && running && !external) {
    refuse({ code: 'unsupported', feature: 'snapshot.internal', because: { cause: 'guest-running' } })
  }
  if (command.quiesce && command.memory === 'saved') {
    refuse({ code: 'rejected', text: 'libvirt freezes file systems only for snapshots of disks alone' })
  }
  return running
}

/** Waits for the call, asking on the way how much memory is written. Nothing rests on these figures. */
async function tellProgress(create: Promise<unknown>, context: CommandContext, domain: DomainRef): Promise<void> {
  let over = false
  let wake = (): void => undefined
  const settled = create.finally(() => {
    over = true
    wake()
  })
  const asking = (async () => {
    for (;;) {
      await waitForNews(PROGRESS_EVERY_MILLIS, (news) => {
        wake = news
      })
      if (over) return
      const job = await context.host.client.domains.readJob(domain)
      if (job !== null && !over) context.progress(job.processedBytes, job.totalBytes)
    }
  })()
  const [taken, asked] = await Promise.allSettled([settled, asking])
  if (taken.status === 'rejected') throw taken.reason
  if (asked.status === 'rejected') context.log('how far it was could not be told')
}

/** On a connection of its own: the one that froze may be dead, and its daemon with it. */
async function thawSurely(context: CommandContext, domain: DomainRef): Promise<void> {
  const thawed = await context.again((host) => thawIfFrozen(host, domain))
  if (thawed) context.log('the file systems were still frozen afterwards, and were thawed')
}
