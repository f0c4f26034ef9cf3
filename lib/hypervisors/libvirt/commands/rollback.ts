/** Goes back to a snapshot. It leaves no task and no event: only its own answer proves that it happened. */

import { posix } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SECOND } from '@/lib/domain/units'
import { isLibvirtError } from '../rpc/errors'
import { snapshotRevertFlags } from '../rpc/flags'
import type { DomainRef, SnapshotRef } from '../rpc/types'
import { GATES, reaches, versionText } from '../versions'
import { parseSnapshot } from '../xml/snapshot'
import { type CommandContext, demand, findDomain, findSnapshot, type Perform, readDomain, refuse } from './context'

/** libvirt names the new overlay by the second: two rollbacks within one collide (field notes, matrix). */
const COLLISION_WAIT_MILLIS = SECOND

export const rollBack: Perform<'snapshot.rollback'> = async (command, context) => {
  const { host, signal } = context
  const { client } = host
  const domain = await findDomain(context, command.guest)
  const snapshot = await findSnapshot(context, domain, command.snapshot)
  const saved = demand(parseSnapshot(await client.snapshots.readXml(snapshot, 0, { signal }), snapshot.name))
  const external = saved.memory === 'external' || saved.disks.some((disk) => disk.mode === 'external')
  if (external && !reaches(host.version, GATES.revertExternal)) {
    const because = { cause: 'needs-version', needs: GATES.revertExternal, has: versionText(host.version) } as const
    refuse({ code: 'unsupported', feature: 'rollback.external', because })
  }
  // libvirt goes back and keeps the saved memory, which the next start would put upon disks it does not belong to.
  if (await client.domains.hasManagedSave(domain, { signal })) {
    const feature = external ? 'rollback.external' : 'rollback.internal'
    refuse({ code: 'unsupported', feature, because: { cause: 'managed-save' } })
  }
  const flags =
    (command.powerAfter === 'running' ? snapshotRevertFlags.running : 0) |
    (command.force ? snapshotRevertFlags.force : 0)
  if (signal.aborted) refuse({ code: 'interrupted' })
  await (external ? revertExternal(context, domain, snapshot, flags) : revert(context, snapshot, flags))
  return []
}

const revert = (context: CommandContext, snapshot: SnapshotRef, flags: number) => {
  context.asking()
  return context.host.client.snapshots.revert(snapshot, flags)
}

/**
 * The one refusal after which the same is asked again: libvirt found a file under the name it gives this second's
 * overlay. Proven, since texts differ: it refused the configuration, and the guest stands exactly as before on an
 * overlay of that kind of name, which only a rollback within this very second makes collide.
 */
async function revertExternal(
  context: CommandContext,
  domain: DomainRef,
  snapshot: SnapshotRef,
  flags: number,
): Promise<void> {
  const before = await standing(context, domain)
  try {
    await revert(context, snapshot, flags)
  } catch (error) {
    if (!isLibvirtError(error, 'configUnsupported')) throw error
    const after = await standing(context, domain)
    if (after !== before || !(await standsOnRevertOverlay(context, domain))) throw error
    context.log('libvirt had made an overlay under this second’s name already; asked again a second later')
    await pause(COLLISION_WAIT_MILLIS)
    await revert(context, snapshot, flags)
  }
}

/** Everything a revert would change: disks, state, and which snapshot is current. */
async function standing({ host: { client } }: CommandContext, domain: DomainRef): Promise<string> {
  const [xml, state, current] = await Promise.all([
    client.domains.readXml(domain),
    client.domains.readState(domain),
    client.snapshots.findCurrent(domain),
  ])
  return JSON.stringify([xml, state, current?.name ?? null])
}

/** `<stem>.<seconds since 1970>`: the name libvirt gives the overlay of a revert. */
async function standsOnRevertOverlay(context: CommandContext, domain: DomainRef): Promise<boolean> {
  const { disks } = await readDomain(context, domain)
  return disks.some(({ source }) => source.file !== null && /\.\d{10,11}$/.test(posix.basename(source.file)))
}
