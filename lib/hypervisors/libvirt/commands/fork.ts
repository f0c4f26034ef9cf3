/**
 * A new guest on fresh overlays over the layers a snapshot froze: what a libvirt without external rollback offers
 * instead of going back. The layers are only read, so the guest they came from is untouched; flattening the new one is
 * a later merge by pull, into its own overlays.
 */
import { posix } from 'node:path'
import { domainXmlFlags } from '../rpc/flags'
import type { PoolRef, VolumeRef } from '../rpc/types'
import { escapeXml } from '../xml/escape'
import { normalPath } from '../xml/paths'
import { parseSnapshot } from '../xml/snapshot'
import { parseVolume } from '../xml/storage'
import { type CommandContext, demand, findDomain, findSnapshot, type Perform, readDomain, refuse } from './context'
import { forkedDomain } from './fork-xml'
import { findVolumeAt, poolsOf } from './volume-at'

type Overlay = { target: string; file: string; frozen: string; format: string; virtualBytes: number }

export const forkGuest: Perform<'guest.fork'> = async (command, context) => {
  const { client } = context.host
  const { signal } = context
  const domain = await findDomain(context, command.guest)
  const snapshot = await findSnapshot(context, domain, command.snapshot)
  const saved = demand(parseSnapshot(await client.snapshots.readXml(snapshot, 0, { signal }), snapshot.name))
  if ((await client.domains.findByName(command.as, { signal })) !== null) {
    refuse({ code: 'another-guest', name: command.as })
  }
  const active = new Set((await readDomain(context, domain)).disks.map(({ source }) => source.file))
  const overlays: Overlay[] = []
  for (const { target, overlay } of command.disks) {
    const frozen = saved.imagesThen.get(target)
    const external = saved.disks.some((disk) => disk.name === target && disk.mode === 'external')
    // An image somebody writes to is no frozen layer, and an internal snapshot is none that another can read through.
    if (frozen === undefined || !external || active.has(frozen)) {
      return refuse({ code: 'incomplete-target', snapshot: snapshot.name, state: target })
    }
    overlays.push({ target, file: normalPath(overlay), frozen, ...(await readFrozen(context, frozen)) })
  }
  const pools = await findPools(context, overlays)
  const xml = await client.domains.readXml(domain, domainXmlFlags.inactive | domainXmlFlags.secure, { signal })
  const forked = forkedDomain(xml, command.as, new Map(overlays.map(({ target, file }) => [target, file])))
  if (signal.aborted) refuse({ code: 'interrupted' })
  context.asking()
  const made: VolumeRef[] = []
  try {
    for (const overlay of overlays) {
      const pool = pools.get(posix.dirname(overlay.file))
      if (pool !== undefined) made.push(await client.storage.createVolume(pool, overlayXml(overlay), 0))
    }
    await client.domains.define(forked)
  } catch (error) {
    // Ours alone, a moment old, and named by nobody.
    for (const volume of made) await client.storage.deleteVolume(volume, 0)
    throw error
  }
  return []
}

async function readFrozen({ host, signal }: CommandContext, file: string) {
  const volume = await findVolumeAt(host, file, { signal })
  if (volume === null) return refuse({ code: 'missing', what: 'storage', name: file })
  const xml = await host.client.storage.readVolumeXml(volume, { signal })
  const { format, capacityBytes } = demand(parseVolume(xml, volume.name))
  return { format, virtualBytes: capacityBytes ?? refuse({ code: 'not-told', by: 'libvirt' }) }
}

/** The pools whose directories the overlays go to: libvirt makes files nowhere else. */
async function findPools(
  { host, signal }: CommandContext,
  overlays: readonly Overlay[],
): Promise<Map<string, PoolRef>> {
  const pools = new Map<string, PoolRef>()
  for (const { file } of overlays) {
    const directory = posix.dirname(file)
    const [pool] = await poolsOf(host, directory, { signal })
    pools.set(directory, pool ?? refuse({ code: 'missing', what: 'storage', name: directory }))
  }
  return pools
}

const overlayXml = ({ file, frozen, format, virtualBytes }: Overlay) =>
  `<volume><name>${escapeXml(posix.basename(file))}</name><capacity unit='bytes'>${virtualBytes}</capacity><allocation unit='bytes'>0</allocation><target><format type='qcow2'/></target><backingStore><path>${escapeXml(frozen)}</path><format type='${escapeXml(format)}'/></backingStore></volume>`
