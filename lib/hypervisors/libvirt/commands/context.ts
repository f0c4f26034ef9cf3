/** What every command works with, and the ways a command says no before anything was asked. */
import type { Command, CommandKind } from '@/lib/domain/command'
import type { GuestRef, SnapshotRef } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import type { Host } from '../connect'
import type { DomainRef, SnapshotRef as NativeSnapshot } from '../rpc/types'
import { type DomainXml, parseDomain } from '../xml/domain'

/** A no of ours, before anything was asked. Carried as an exception to the one place that turns it into an outcome. */
export class Refusal extends Error {
  constructor(readonly why: Reason) {
    super(why.code)
  }
}

/** What was taken ended badly, and libvirt says so by something else than an error. */
export class TaskFailure extends Error {
  constructor(readonly why: Reason) {
    super(why.code)
  }
}

export const refuse = (why: Reason): never => {
  throw new Refusal(why)
}

/** The value, or a refusal with the reason it could not be had. */
export function demand<T>(outcome: Outcome<T>): T {
  return outcome.ok ? outcome.value : refuse(outcome.why)
}

export type CommandOf<Kind extends CommandKind> = Extract<Command, { do: Kind }>

export type CommandContext = {
  host: Host
  /** ends what only reads; a change that was asked is never given up by it */
  signal: AbortSignal
  now: () => Instant
  /** Called directly before the first call that changes anything: from here on a lost answer is `unsure`. */
  asking(): void
  /** The hypervisor took it, and goes on by itself. */
  accepted(): void
  /** The hypervisor answered; what we do after that does not count as its being at work. */
  answered(): void
  log(line: string): void
  progress(done: number, total: number | null): void
  /** a connection for looking after what the first one no longer can */
  again<T>(use: (host: Host) => Promise<T>): Promise<T>
}

/** Does one command to its end; resolves with warnings. Rejects with what the call rejected with, or a {@link Refusal}. */
export type Perform<Kind extends CommandKind> = (
  command: CommandOf<Kind>,
  context: CommandContext,
) => Promise<readonly string[]>

/** The guest, by the identity that survives a rename. */
export async function findDomain({ host, signal }: CommandContext, guest: GuestRef): Promise<DomainRef> {
  const domain = await host.client.domains.findByUuid(guest.nativeId, { signal })
  return domain ?? refuse({ code: 'missing', what: 'guest', name: guest.name })
}

export async function findSnapshot(
  { host, signal }: CommandContext,
  domain: DomainRef,
  snapshot: Pick<SnapshotRef, 'nativeId' | 'name'>,
): Promise<NativeSnapshot> {
  const found = await host.client.snapshots.find(domain, snapshot.nativeId, { signal })
  return found ?? refuse({ code: 'missing', what: 'snapshot', name: snapshot.name })
}

/** The guest's configuration as it is now. */
export async function readDomain({ host, signal }: CommandContext, domain: DomainRef): Promise<DomainXml> {
  return demand(parseDomain(await host.client.domains.readXml(domain, 0, { signal }), domain.name))
}
