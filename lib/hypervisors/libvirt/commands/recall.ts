/**
 * After a crash or a lost answer: was this command taken? Told by what it would have left. libvirt keeps no record of
 * calls, and a daemon that hung may still do what it was asked (field notes, daemon death): a guest that is busy is
 * waited for first, and an act that leaves nothing to look at is `unsure`.
 */
import type { Command } from '@/lib/domain/command'
import type { GuestRef } from '@/lib/domain/ids'
import { unreachable } from '@/lib/domain/result'
import { epochMillis, type Instant, SECOND } from '@/lib/domain/units'
import type { Host } from '../connect'
import { isLibvirtError } from '../rpc/errors'
import { domainStates } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import { parseSnapshot } from '../xml/snapshot'
import { readChain, readJob } from './block-job'
import type { CommandContext, CommandOf } from './context'
import { readFreeze, thawIfFrozen } from './freeze'
import { waitForNews } from './news'
import { readEntry } from './unmanaged'
import { findVolume } from './volumes'

export type RecallContext = { host: Host; since: Instant; signal: AbortSignal; now: () => Instant }

export type Recalled =
  | { recalled: 'taken'; job: { guest: string; target: string } | null; warnings: readonly string[] }
  | { recalled: 'not-taken' }
  | { recalled: 'unsure' }

const TAKEN: Recalled = { recalled: 'taken', job: null, warnings: [] }
const NOT_TAKEN: Recalled = { recalled: 'not-taken' }
const UNSURE: Recalled = { recalled: 'unsure' }

/** A host's clock and ours differ by no more, or its times prove nothing to us. */
const CLOCK_TOLERANCE_MILLIS = 30 * SECOND

const AGENT_LIMIT_MILLIS = 15 * SECOND

/** How long a guest that is busy is waited for: libvirt gives up its own waiting after 30 s (code 68). */
const BUSY_LIMIT_MILLIS = 40 * SECOND

export async function recall(command: Command, context: RecallContext): Promise<Recalled> {
  switch (command.do) {
    case 'snapshot.take':
      return recallTake(command, context)
    case 'snapshot.delete':
      return afterwards(command.guest, context, async (domain) =>
        (await context.host.client.snapshots.find(domain, command.snapshot.nativeId)) === null ? TAKEN : NOT_TAKEN,
      )
    case 'snapshot.adopt':
      return afterwards(command.guest, context, async (domain) =>
        (await context.host.client.snapshots.find(domain, command.name)) === null ? NOT_TAKEN : TAKEN,
      )
    case 'snapshot.delete-data':
      return afterwards(command.guest, context, (domain) => recallDeleteData(command, context, domain))
    case 'chain.merge':
      return recallMerge(command, context)
    case 'chain.finish-job':
      return afterwards(command.guest, context, async (domain) =>
        (await readJob(context.host, domain, command.disk.target)) === null ? TAKEN : NOT_TAKEN,
      )
    case 'guest.power':
      return afterwards(command.guest, context, (domain) => recallPower(command, context, domain))
    case 'guest.thaw':
      return afterwards(command.guest, context, async (domain) => {
        const state = await readFreeze(context.host, domain)
        return state === null ? UNSURE : state === 'thawed' ? TAKEN : NOT_TAKEN
      })
    case 'guest.discard-saved-memory':
      return afterwards(command.guest, context, async (domain) =>
        (await context.host.client.domains.hasManagedSave(domain)) ? NOT_TAKEN : TAKEN,
      )
    case 'guest.fork':
      return (await context.host.client.domains.findByName(command.as)) === null ? NOT_TAKEN : TAKEN
    case 'volume.delete':
      return (await findVolume(command, reading(context))) === null ? TAKEN : NOT_TAKEN
    // Looks the same before and after: only the answer that was lost could tell.
    case 'snapshot.rollback':
      return UNSURE
    // Nothing of it was ever sent.
    case 'image.check':
    case 'guest.set-tags':
    case 'guest.unlock':
      return NOT_TAKEN
    default:
      return unreachable(command)
  }
}

/** Looks at a guest that has nothing under way any more; one that stays busy is told by nobody. A guest gone is unsure. */
async function afterwards(
  guest: GuestRef,
  context: RecallContext,
  look: (domain: DomainRef) => Promise<Recalled>,
): Promise<Recalled> {
  const domain = await context.host.client.domains.findByUuid(guest.nativeId)
  if (domain === null) return UNSURE
  return (await becomesIdle(domain, context)) ? look(domain) : UNSURE
}

/**
 * Waits behind whatever the daemon does with this guest. A changing call holds the guest's lock; reading a disk's size
 * needs the same lock, so its answer comes after. A running guest's snapshot lets readers in: its job is asked for.
 */
async function becomesIdle(domain: DomainRef, { host: { client }, signal }: RecallContext): Promise<boolean> {
  const limit = performance.now() + BUSY_LIMIT_MILLIS
  while (performance.now() < limit && !signal.aborted) {
    try {
      const xml = await client.domains.readXml(domain, 0, { signal })
      const target = /<target dev='([^']+)'/.exec(xml)?.[1]
      if (target !== undefined) await client.blocks.readSize(domain, target, { signal, timeoutMs: BUSY_LIMIT_MILLIS })
    } catch (error) {
      if (isLibvirtError(error, 'operationTimeout')) return false
      if (isLibvirtError(error, 'noDomain')) return true
      // An empty drive has no size; the lock was had all the same.
      if (
        !isLibvirtError(error, 'invalidArgument') &&
        !isLibvirtError(error, 'operationFailed') &&
        !isLibvirtError(error, 'systemError')
      )
        throw error
    }
    if ((await client.domains.readJob(domain, { signal })) === null) return true
    await new Promise((resolve) => setTimeout(resolve, SECOND / 4))
  }
  return false
}

async function recallTake(command: CommandOf<'snapshot.take'>, context: RecallContext): Promise<Recalled> {
  const { host, since } = context
  const { client } = host
  return afterwards(command.guest, context, async (domain) => {
    // An agent that cannot be asked leaves open whether the guest still stands frozen: no answer of ours closes that.
    if (command.quiesce && !(await agentAnswers(host, domain))) return UNSURE
    const thawed = command.quiesce && (await thawIfFrozen(host, domain))
    const warnings = thawed ? ['the file systems were still frozen, and were thawed'] : []
    const found = await client.snapshots.find(domain, command.name)
    if (found === null) return NOT_TAKEN
    const parsed = parseSnapshot(await client.snapshots.readXml(found), found.name)
    const created = parsed.ok ? parsed.value.createdSeconds : null
    // One of this name from before us is somebody else's.
    if (created !== null && created * 1000 < epochMillis(since) - CLOCK_TOLERANCE_MILLIS) return NOT_TAKEN
    return { ...TAKEN, warnings }
  })
}

/** A daemon that was just started finds its guests' agents again within seconds. A guest that is off has nothing frozen. */
async function agentAnswers(host: Host, domain: DomainRef): Promise<boolean> {
  const limit = performance.now() + AGENT_LIMIT_MILLIS
  for (;;) {
    const { state } = await host.client.domains.readState(domain)
    if (state === domainStates.shutOff || (await readFreeze(host, domain)) !== null) return true
    if (performance.now() > limit) return false
    await waitForNews(SECOND / 4, () => undefined)
  }
}

async function recallDeleteData(
  command: CommandOf<'snapshot.delete-data'>,
  context: RecallContext,
  domain: DomainRef,
): Promise<Recalled> {
  const { host } = context
  // Listed: we died between listing and deleting. It is a snapshot like any other now, for a new plan to delete.
  if ((await host.client.snapshots.find(domain, command.name)) !== null) return UNSURE
  const chain = await readActive(host, domain, command.disk.target)
  if (chain === null) return UNSURE
  return (await readEntry(reading(context), chain, command.name)) === undefined ? TAKEN : NOT_TAKEN
}

async function readActive(host: Host, domain: DomainRef, target: string): Promise<string | null> {
  return (await readChain(host, domain, target))?.files[0] ?? null
}

/** A job on the disk is ours to follow, whoever asked: there can be one only. Without one, the chain tells. */
async function recallMerge(command: CommandOf<'chain.merge'>, context: RecallContext): Promise<Recalled> {
  const { host } = context
  const { target } = command.disk
  const domain = await host.client.domains.findByUuid(command.guest.nativeId)
  if (domain === null) return UNSURE
  if ((await readJob(host, domain, target)) !== null) {
    return { recalled: 'taken', job: { guest: command.guest.nativeId, target }, warnings: [] }
  }
  return afterwards(command.guest, context, async () => {
    const chain = await readChain(host, domain, target)
    if (chain === null || !chain.complete) return UNSURE
    const { files } = chain
    const folded =
      command.direction === 'commit'
        ? !files.includes(command.top)
        : command.base === null
          ? files.length === 1
          : files.indexOf(command.base) === 1
    return folded ? TAKEN : NOT_TAKEN
  })
}

async function recallPower(
  { to }: CommandOf<'guest.power'>,
  { host }: RecallContext,
  domain: DomainRef,
): Promise<Recalled> {
  const { state } = await host.client.domains.readState(domain)
  const off = state === domainStates.shutOff || state === domainStates.crashed
  if (to === 'on') return off ? NOT_TAKEN : TAKEN
  if (to === 'resume') return state === domainStates.running ? TAKEN : NOT_TAKEN
  return off ? TAKEN : NOT_TAKEN
}

/** What the readers of commands need; nothing is asked here. */
const reading = ({ host, signal, now }: RecallContext): CommandContext => ({
  host,
  signal,
  now,
  asking: () => undefined,
  accepted: () => undefined,
  answered: () => undefined,
  log: () => undefined,
  progress: () => undefined,
  again: (use) => use(host),
})
