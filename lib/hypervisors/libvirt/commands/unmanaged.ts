/** Snapshot data that libvirt has no metadata of: written into its records again, or removed from the image. */
import { readImageHead } from '../image-reader'
import type { Qcow2Snapshot } from '../qcow2'
import { domainStates, domainXmlFlags, snapshotCreateFlags } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import { normalPath } from '../xml/paths'
import { type CommandContext, demand, findDomain, type Perform, readDomain, refuse } from './context'
import { adoptXml } from './snapshot-xml'
import { findVolumeAt } from './volume-at'

export const adoptSnapshot: Perform<'snapshot.adopt'> = async (command, context) => {
  const { client } = context.host
  const { signal } = context
  const domain = await findDomain(context, command.guest)
  await refuseListed(context, domain, command.name)
  const entries = await findData(context, domain, command.name, command.disks)
  const withMemory = [...entries.values()].some(({ memoryBytes }) => memoryBytes > 0)
  const { xml, targets } = await nextStart(context, domain)
  if (signal.aborted) refuse({ code: 'interrupted' })
  const { name, createdAt, disks } = command
  context.asking()
  await client.snapshots.create(
    domain,
    adoptXml({ name, createdAt, disks, withMemory }, xml, targets),
    snapshotCreateFlags.redefine,
  )
  return []
}

/**
 * libvirt deletes only what it lists, so the data is listed first and deleted then. Between the two it is an ordinary
 * snapshot: whatever ends us there leaves nothing half done, and a person sees it by its name.
 */
export const deleteData: Perform<'snapshot.delete-data'> = async (command, context) => {
  const { client } = context.host
  const { signal } = context
  const domain = await findDomain(context, command.guest)
  const { state } = await client.domains.readState(domain, { signal })
  if (state !== domainStates.shutOff && state !== domainStates.crashed) {
    refuse({ code: 'unsupported', feature: 'snapshot.delete', because: { cause: 'guest-running' } })
  }
  await refuseListed(context, domain, command.name)
  const entries = await findData(context, domain, command.name, [command.disk.target])
  const entry = entries.get(command.disk.target)
  const { xml, targets } = await nextStart(context, domain)
  if (signal.aborted) refuse({ code: 'interrupted' })
  const createdAt = new Date((entry?.createdSeconds ?? 0) * 1000).toISOString()
  const listed = { name: command.name, createdAt, disks: [command.disk.target], withMemory: false }
  context.asking()
  const snapshot = await client.snapshots.create(domain, adoptXml(listed, xml, targets), snapshotCreateFlags.redefine)
  context.accepted() // listed is a beginning: what fails from here on is no refusal
  await client.snapshots.delete(snapshot, 0)
  return []
}

async function refuseListed({ host, signal }: CommandContext, domain: DomainRef, name: string): Promise<void> {
  if ((await host.client.snapshots.find(domain, name, { signal })) !== null) {
    refuse({ code: 'already-exists', what: 'snapshot', name })
  }
}

/** The data, by disk, in the image each disk stands on; refused where a disk has none under this name. */
async function findData(
  context: CommandContext,
  domain: DomainRef,
  name: string,
  targets: readonly string[],
): Promise<Map<string, Qcow2Snapshot>> {
  const { disks } = await readDomain(context, domain)
  const found = new Map<string, Qcow2Snapshot>()
  for (const target of targets) {
    const file = disks.find((disk) => disk.target === target)?.source.file
    const entry = typeof file === 'string' ? await readEntry(context, file, name) : undefined
    found.set(target, entry ?? refuse({ code: 'missing', what: 'snapshot', name }))
  }
  return found
}

/** One entry of an image's own list; undefined when it has none of this name. */
export async function readEntry(
  { host, signal }: CommandContext,
  file: string,
  name: string,
): Promise<Qcow2Snapshot | undefined> {
  const volume = await findVolumeAt(host, normalPath(file), { signal })
  if (volume === null) return refuse({ code: 'missing', what: 'storage', name: file })
  const { snapshots } = demand(await readImageHead(host.client, volume, { signal }))
  return snapshots.find((entry) => entry.name === name)
}

/** The configuration the metadata will hold: of the next start, as libvirt writes it, with what it hides from others. */
async function nextStart(context: CommandContext, domain: DomainRef): Promise<{ xml: string; targets: string[] }> {
  const { client } = context.host
  const flags = domainXmlFlags.inactive | domainXmlFlags.secure
  const xml = await client.domains.readXml(domain, flags, { signal: context.signal })
  const { disks } = await readDomain(context, domain)
  return { xml, targets: disks.map(({ target }) => target) }
}
