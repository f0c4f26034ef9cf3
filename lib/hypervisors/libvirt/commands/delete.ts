/** Deletes snapshots: metadata with its data, metadata alone, or data that has no metadata. */
import { reasonOf } from '../errors'
import { LibvirtError } from '../rpc/errors'
import { snapshotDeleteFlags } from '../rpc/flags'
import type { DomainRef, SnapshotRef } from '../rpc/types'
import { GATES, reaches, versionText } from '../versions'
import { parseSnapshot, type SnapshotXml } from '../xml/snapshot'
import {
  type CommandContext,
  demand,
  findDomain,
  findSnapshot,
  type Perform,
  readDomain,
  refuse,
  TaskFailure,
} from './context'
import { refuseSharedBase, type WrittenImage } from './shared-base'
import { findVolumeAt } from './volume-at'

export const deleteSnapshot: Perform<'snapshot.delete'> = async (command, context) => {
  const { host, signal } = context
  const domain = await findDomain(context, command.guest)
  const snapshot = await findSnapshot(context, domain, command.snapshot)
  const going = await readGoing(context, domain, snapshot, command.children)
  const whole = command.how === 'whole'
  if (whole) await refuseUnsafe(context, domain, going, command.unreadAccepted)
  const flags =
    (command.children === 'delete' ? snapshotDeleteFlags.children : 0) | (whole ? 0 : snapshotDeleteFlags.metadataOnly)
  if (signal.aborted) refuse({ code: 'interrupted' })
  const before = await readWorld(context, domain)
  context.asking()
  try {
    await host.client.snapshots.delete(snapshot, flags)
  } catch (error) {
    // Of several disks or snapshots the first may be done when the second fails: that is no refusal.
    if (error instanceof LibvirtError && (await readWorld(context, domain)) !== before) {
      context.accepted()
      throw new TaskFailure(reasonOf(error, host.node))
    }
    throw error
  }
  return whole ? findLeaked(context, going) : []
}

/** What a deletion that began has changed: the disks' chains, and which snapshots there are. */
async function readWorld({ host: { client } }: CommandContext, domain: DomainRef): Promise<string> {
  const [xml, snapshots] = await Promise.all([client.domains.readXml(domain), client.snapshots.list(domain)])
  return JSON.stringify([xml, snapshots.map(({ name }) => name).sort()])
}

/** The snapshot, and with its children everything below it. */
async function readGoing(
  { host: { client }, signal }: CommandContext,
  domain: DomainRef,
  snapshot: SnapshotRef,
  children: 'keep' | 'delete',
): Promise<SnapshotXml[]> {
  const read = async (ref: SnapshotRef) =>
    demand(parseSnapshot(await client.snapshots.readXml(ref, 0, { signal }), ref.name))
  if (children === 'keep') return [await read(snapshot)]
  const all = await Promise.all((await client.snapshots.list(domain, 0, { signal })).map(read))
  const going = new Set([snapshot.name])
  // A child may be listed before its parent: look until nothing is added.
  for (let size = 0; size !== going.size; ) {
    size = going.size
    for (const { name, parent } of all) if (parent !== null && going.has(parent)) going.add(name)
  }
  return all.filter(({ name }) => going.has(name))
}

const isExternal = (snapshot: SnapshotXml) =>
  snapshot.memory === 'external' || snapshot.disks.some((disk) => disk.mode === 'external')

/** An external snapshot is deleted by writing its overlay into the image it froze. */
async function refuseUnsafe(
  context: CommandContext,
  domain: DomainRef,
  going: readonly SnapshotXml[],
  accepted: readonly string[] | undefined,
): Promise<void> {
  const external = going.filter(isExternal)
  if (external.length === 0) return
  const { version } = context.host
  if (!reaches(version, GATES.deleteExternal)) {
    const because = { cause: 'needs-version', needs: GATES.deleteExternal, has: versionText(version) } as const
    refuse({ code: 'unsupported', feature: 'snapshot.delete', because })
  }
  const { disks } = await readDomain(context, domain)
  const chains = disks.map((disk) => [disk.source.file, ...disk.backing.map(({ file }) => file)])
  const images = external.flatMap((snapshot) =>
    snapshot.disks.flatMap((disk): WrittenImage[] => {
      if (disk.mode !== 'external' || disk.file === null) return []
      const revertFiles = snapshot.revertFiles.filter(({ name }) => name === disk.name).map(({ file }) => file)
      const merged = new Set([disk.file, ...revertFiles])
      // What lies below its overlay now; before the guest ran, what it froze.
      const chain = chains.find((files) => files.includes(disk.file))
      const below = chain?.[chain.indexOf(disk.file) + 1] ?? snapshot.imagesThen.get(disk.name)
      return below === undefined || below === null ? [] : [{ file: below, merged }]
    }),
  )
  await refuseSharedBase(context, domain, images, accepted)
}

/** libvirt 9.0 leaves the memory file of a deleted external snapshot behind, and never speaks of it again. */
async function findLeaked(context: CommandContext, gone: readonly SnapshotXml[]): Promise<readonly string[]> {
  const files = gone.flatMap(({ memoryFile }) => memoryFile ?? [])
  if (files.length === 0) return []
  try {
    const left: string[] = []
    for (const file of files) if ((await findVolumeAt(context.host, file)) !== null) left.push(file)
    return left.map((file) => `libvirt left the memory file behind: ${file}`)
  } catch (error) {
    // The snapshot is gone whatever the storage says.
    if (!(error instanceof LibvirtError)) throw error
    return files.map((file) => `whether the memory file is still there could not be told: ${file}`)
  }
}
