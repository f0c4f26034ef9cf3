/**
 * Nothing is written into an image that anything outside the merged chain reads through, whoever asks (field notes,
 * Space: it corrupts the other reader). The planner looks first; this looks again, directly before the asking, at
 * everything this host can tell: volumes of every pool, other guests, their snapshots, and this guest's own side branches.
 */
import { posix } from 'node:path'
import { type Outcome, refused } from '@/lib/domain/result'
import { WIDTH } from '../collect/sweep'
import { reasonOf } from '../errors'
import { isVolumeGone } from '../gone'
import { forEachAtOnce } from '../pace'
import { isLibvirtError, LibvirtError } from '../rpc/errors'
import { domainListFlags, domainXmlFlags, poolStates } from '../rpc/flags'
import type { DomainRef, VolumeRef } from '../rpc/types'
import { namedPaths } from '../xml/paths'
import { parseSnapshot } from '../xml/snapshot'
import { parsePool, parseVolume, type VolumeXml } from '../xml/storage'
import { type CommandContext, refuse } from './context'

export type WrittenImage = {
  /** the image that is written into */
  file: string
  /** images merged into it, and so allowed to read through it */
  merged: ReadonlySet<string>
}

/**
 * Refuses with `shared-base` when somebody else reads through one of these images, `base-unknown` when it cannot be told.
 * `accepted`: volumes (keys) in spite of whose being unread somebody goes on.
 */
export async function refuseSharedBase(
  context: CommandContext,
  domain: DomainRef,
  images: readonly WrittenImage[],
  accepted: readonly string[] = [],
): Promise<void> {
  const readers = new Map<string, Set<string>>(images.map(({ file }) => [file, new Set<string>()]))
  const unread: string[] = []
  const listed = await addVolumes(context, images, readers, unread)
  await addGuests(context, domain, images, { readers, listed, unread })
  for (const { file } of images) {
    const found = [...(readers.get(file) ?? [])].sort()
    if (found.length > 0) refuse({ code: 'shared-base', file, readers: found })
    const open = unread.filter((each) => !accepted.includes(each)).sort()
    if (open.length > 0) refuse({ code: 'base-unknown', file, unread: open })
  }
}

/** Overlays in any pool that lie directly on one of the images. A fresh look: an overlay made by hand is in no list yet. */
async function addVolumes(
  context: CommandContext,
  images: readonly WrittenImage[],
  readers: Map<string, Set<string>>,
  unread: string[],
): Promise<ReadonlySet<string>> {
  const { client } = context.host
  const { signal } = context
  const directories = new Set<string>()
  for (const pool of await client.storage.listPools(0, { signal })) {
    try {
      if ((await client.storage.readPoolInfo(pool, { signal })).state === poolStates.inactive) continue
      // Refused while a volume is being made: the list is then as old as it is, and whoever makes it names it soon.
      await client.storage.refreshPool(pool, { signal }).catch(unlessRefused)
      const described = parsePool(await client.storage.readPoolXml(pool, { signal }), pool.name)
      if (described.ok && described.value.path !== null) directories.add(described.value.path)
      const volumes = await client.storage.listVolumes(pool, { signal })
      await forEachAtOnce(volumes, WIDTH, async (volume) => {
        const parsed = await readVolume(volume, context)
        if (parsed === null) return
        // What it reads through, if anything, nobody knows: it may be one of these.
        if (!parsed.ok) return void unread.push(volume.key)
        const { path, backing } = parsed.value
        if (backing !== null && backing.path === null) unread.push(volume.key)
        const image = images.find(({ file }) => file === backing?.path)
        if (image !== undefined && path !== null && !image.merged.has(path)) readers.get(image.file)?.add(path)
      })
    } catch (error) {
      if (!isLibvirtError(error, 'noStoragePool')) throw error
    }
  }
  return directories
}

const unlessRefused = (error: unknown): null => {
  if (error instanceof LibvirtError) return null
  throw error
}

/** A volume as it is now; null = it went away meanwhile, and what has gone reads through nothing. */
async function readVolume(
  volume: VolumeRef,
  { host: { client, node }, signal }: CommandContext,
): Promise<Outcome<VolumeXml> | null> {
  try {
    return parseVolume(await client.storage.readVolumeXml(volume, { signal }), volume.name)
  } catch (error) {
    if (isVolumeGone(error)) return null
    if (error instanceof LibvirtError) return refused(reasonOf(error, node))
    throw error
  }
}

type Found = {
  readers: Map<string, Set<string>>
  /** directories whose volumes were listed */
  listed: ReadonlySet<string>
  unread: string[]
}

/** Other guests that name the image anywhere, in their configuration or in a snapshot's. */
async function addGuests(
  context: CommandContext,
  own: DomainRef,
  images: readonly WrittenImage[],
  found: Found,
): Promise<void> {
  const { readers, unread } = found
  const { client } = context.host
  const { signal } = context
  const withSnapshots = new Set(
    (await client.domains.list(domainListFlags.hasSnapshot, { signal })).map(({ uuid }) => uuid),
  )
  const domains = await client.domains.list(0, { signal })
  await forEachAtOnce(domains, WIDTH, async (domain) => {
    const texts: string[] = []
    try {
      if (domain.uuid !== own.uuid) {
        texts.push(await client.domains.readXml(domain, 0, { signal }))
        const inactive = await client.domains.readXml(domain, domainXmlFlags.inactive, { signal }).catch(unlessRefused)
        if (inactive !== null) texts.push(inactive) // a transient guest has none
      }
      if (withSnapshots.has(domain.uuid)) {
        for (const snapshot of await client.snapshots.list(domain, 0, { signal })) {
          const xml = await client.snapshots.readXml(snapshot, 0, { signal })
          if (domain.uuid !== own.uuid) texts.push(xml)
          else if (!addOwnBranches(xml, snapshot.name, images, found)) unread.push(`${domain.name}: ${snapshot.name}`)
        }
      }
    } catch (error) {
      // It went away while we looked: what has gone reads through nothing.
      if (isLibvirtError(error, 'noDomain') || isLibvirtError(error, 'noDomainSnapshot')) return
      throw error
    }
    const named = new Set(texts.flatMap(namedPaths))
    for (const { file } of images) if (named.has(file)) readers.get(file)?.add(domain.name)
  })
}

/**
 * A revert leaves the guest's own abandoned branch on the image it came from. In a directory that was listed the volumes
 * told; elsewhere the metadata is all there is, and a file it names may well be there. False = it could not be read.
 */
function addOwnBranches(
  xml: string,
  name: string,
  images: readonly WrittenImage[],
  { readers, listed }: Found,
): boolean {
  const parsed = parseSnapshot(xml, name)
  if (!parsed.ok) return false
  const { disks, revertFiles, imagesThen } = parsed.value
  for (const { name: target, file } of [...disks, ...revertFiles]) {
    if (file === null || listed.has(posix.dirname(file))) continue
    const image = images.find((one) => one.file === imagesThen.get(target))
    if (image !== undefined && !image.merged.has(file)) readers.get(image.file)?.add(file)
  }
  return true
}
