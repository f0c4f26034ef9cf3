/** Folds layers of a running guest's disk, and ends what was left half folded. */
import { blockCommitFlags, blockJobTypes } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import { JobWatch, readChain, readJob, readMirror } from './block-job'
import { type CommandContext, type CommandOf, findDomain, type Perform, refuse, TaskFailure } from './context'
import { refuseSharedBase } from './shared-base'

export const mergeChain: Perform<'chain.merge'> = async (command, context) => {
  const { host, signal } = context
  const { target } = command.disk
  const domain = await findDomain(context, command.guest)
  if (domain.id < 0) refuse({ code: 'unsupported', feature: 'chain.merge', because: { cause: 'guest-off' } })
  const chain = await readLayers(command, context, domain)
  if ((await readJob(host, domain, target)) !== null) refuse({ code: 'guest-busy', task: 'block-job' })
  if (command.direction === 'commit') {
    const image = { file: chain.base ?? '', merged: new Set(chain.above) }
    await refuseSharedBase(context, domain, [image], command.unreadAccepted)
  }
  if (signal.aborted) refuse({ code: 'interrupted' })
  const watch = await JobWatch.start(host, domain, target)
  try {
    context.asking()
    if (command.direction === 'pull') await host.client.blocks.pull(domain, target, command.base)
    else {
      const flags = chain.active ? blockCommitFlags.active : 0
      await host.client.blocks.commit(domain, target, {
        base: chain.base,
        top: chain.active ? null : command.top,
        flags,
      })
    }
    context.accepted()
    const end = await watch.untilEnd(context.progress)
    if (end === 'completed') return []
    if (end === 'gone' && (await isFolded(context, domain, target, chain.gone))) return []
    throw new TaskFailure({ code: 'task-failed', text: `block job ${end}` })
  } finally {
    watch.close()
  }
}

type Layers = {
  /** the image below everything that is folded; null = a pull down to nothing */
  base: string | null
  /** folded images, the topmost first */
  above: string[]
  /** files the chain lacks afterwards */
  gone: string[]
  /** the topmost is the one the guest writes to */
  active: boolean
}

/** The stretch as it is now. What the plan saw and is not so any more is refused. */
async function readLayers(
  { disk, base, top, direction }: CommandOf<'chain.merge'>,
  context: CommandContext,
  domain: DomainRef,
): Promise<Layers> {
  const chain = await readChain(context.host, domain, disk.target)
  if (chain === null || !chain.complete) return refuse({ code: 'not-told', by: 'libvirt' })
  const { files } = chain
  const upper = files.indexOf(top)
  const lower = base === null ? files.length - 1 : files.indexOf(base)
  const changed = () => refuse({ code: 'changed', since: context.now(), fields: ['chain-is'] })
  if (upper < 0 || lower < 0) return changed()
  if (direction === 'pull') {
    // libvirt pulls into the image the guest writes to, and nowhere else.
    if (upper !== 0) return changed()
    const gone = base === null ? files.slice(1) : files.slice(1, lower)
    if (gone.length === 0) return refuse({ code: 'nothing-to-do' })
    return { base, above: gone, gone, active: false }
  }
  if (lower <= upper) return refuse({ code: 'nothing-to-do' })
  const above = files.slice(upper, lower)
  return { base: files[lower] ?? null, above, gone: above, active: upper === 0 }
}

async function isFolded(
  { host }: CommandContext,
  domain: DomainRef,
  target: string,
  gone: readonly string[],
): Promise<boolean> {
  const chain = await readChain(host, domain, target)
  return chain?.complete === true && gone.every((file) => !chain.files.includes(file))
}

export const finishJob: Perform<'chain.finish-job'> = async (command, context) => {
  const { host } = context
  const { target } = command.disk
  const domain = await findDomain(context, command.guest)
  const job = await readJob(host, domain, target)
  if (job === null) return refuse({ code: 'nothing-to-do' })
  // libvirt 9.0 dies of giving up an active commit whose mirror it has forgotten (killed just after the job began).
  const forgotten = job.type === blockJobTypes.activeCommit && (await readMirror(host, domain, target)) === 'none'
  if (command.end === 'abort' && forgotten) {
    refuse({ code: 'unsupported', feature: 'chain.merge', because: { cause: 'mirror-forgotten', disk: target } })
  }
  const watch = await JobWatch.start(host, domain, target)
  try {
    context.asking()
    await host.client.blocks.endJob(domain, target, command.end === 'pivot' ? 'pivot' : 'cancel')
    const end = await watch.untilEnd(context.progress, { pivots: false })
    const wanted = command.end === 'pivot' ? 'completed' : 'cancelled'
    if (end === wanted || end === 'gone') return []
    throw new TaskFailure({ code: 'task-failed', text: `block job ${end}` })
  } finally {
    watch.close()
  }
}
