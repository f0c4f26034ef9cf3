/** Reads guests and their snapshots. */
import type { Section } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import { forEachAtOnce } from '../pace'
import type { GuestReading } from '../readings'
import { isLibvirtError, LibvirtError } from '../rpc/errors'
import { domainListFlags, domainStates, domainStats } from '../rpc/flags'
import type { DomainRef, SnapshotRef } from '../rpc/types'
import { imagesOf, stateOf, writtenOf } from '../stats'
import { type DomainXml, parseDomain } from '../xml/domain'
import { parseSnapshot, type SnapshotXml } from '../xml/snapshot'
import { digestOf } from './memory'
import { type Sweep, WIDTH } from './sweep'

/** Who is there. The two narrower lists spare one call per guest; null where the driver does not know them. */
export type GuestList = {
  domains: readonly DomainRef[]
  managedSave: ReadonlySet<string> | null
  withSnapshots: ReadonlySet<string> | null
}

/** A guest as read, and whether anything about it differs from the last reading. */
export type ReadGuest = { reading: GuestReading; changed: boolean }

/** Guests asked for statistics in one call: small enough that a stuck one holds up few, and one answer stays short. */
const STATS_AT_ONCE = 32

/** Libvirt does not wait for busy guests here, but does for one whose QEMU is stuck; states are then asked one by one. */
const STATS_TIMEOUT_MS = 10_000

/** A guest whose snapshots change faster than we read them is read again so often. */
const MOST_TRIES = 3

/** Lists all guests of the host. Rejects when the list itself cannot be had. */
export async function listGuests({ client, options }: Sweep): Promise<GuestList> {
  const domains = await client.domains.list(0, options)
  const managedSave = await uuidsWith(domainListFlags.managedSave)
  const withSnapshots = await uuidsWith(domainListFlags.hasSnapshot)
  return { domains, managedSave, withSnapshots }

  async function uuidsWith(flag: number): Promise<ReadonlySet<string> | null> {
    try {
      return new Set((await client.domains.list(flag, options)).map((domain) => domain.uuid))
    } catch (error) {
      if (error instanceof LibvirtError) return null // a driver without this filter: asked per guest instead
      throw error
    }
  }
}

/** Reads these guests; one that has gone meanwhile is left out. What of a guest cannot be read is unread, with why. */
export async function readGuests(
  sweep: Sweep,
  list: GuestList,
  domains: readonly DomainRef[],
  onProgress: (done: number) => void,
): Promise<ReadGuest[]> {
  const found: (ReadGuest | null)[] = domains.map(() => null)
  let done = 0
  for (let start = 0; start < domains.length; start += STATS_AT_ONCE) {
    const some = domains.slice(start, start + STATS_AT_ONCE)
    const stats = await readStats(sweep, some)
    await forEachAtOnce(some, WIDTH, async (domain, index) => {
      found[start + index] = await readGuest(sweep, list, domain, stats.get(domain.uuid) ?? null)
      done += 1
      onProgress(done)
      await sweep.pace()
    })
  }
  return found.filter((guest) => guest !== null)
}

type Stats = Pick<GuestReading, 'state' | 'images' | 'writtenBytes'>

/** State and images by guest; a guest missing from it was not told (gone, busy beyond patience, or no such driver). */
async function readStats(
  { client, options, reasonOf }: Sweep,
  domains: readonly DomainRef[],
): Promise<Map<string, Stats>> {
  try {
    const groups = domainStats.state | domainStats.block
    const answer = await client.domains.readStats(
      { domains, groups, backing: true },
      {
        ...options,
        timeoutMs: STATS_TIMEOUT_MS,
      },
    )
    return new Map(
      answer.map(({ domain, values }) => {
        const state = stateOf(values)
        const running = state !== null && state !== domainStates.shutOff && state !== domainStates.crashed
        const writtenBytes = running ? writtenOf(values) : null
        return [domain.uuid, { state, images: imagesOf(values, running), writtenBytes }]
      }),
    )
  } catch (error) {
    reasonOf(error) // throws what is our bug; else every guest is asked for its state alone
    return new Map()
  }
}

/** Reads one guest; null when it has gone. */
export async function readGuest(
  sweep: Sweep,
  list: GuestList,
  domain: DomainRef,
  stats: Stats | null,
): Promise<ReadGuest | null> {
  const { memory } = sweep
  const before = sweep.thorough ? undefined : memory.guests.get(domain.uuid)
  try {
    const described = await readDomain(sweep, domain, before)
    const state = stats?.state ?? (await readState(sweep, domain))
    const managedSave = await readManagedSave(sweep, list, domain)
    const tree = await readSnapshots(sweep, list, domain, described.same ? before : undefined)
    const reading: GuestReading = {
      uuid: memory.strings.keep(domain.uuid),
      name: memory.strings.keep(domain.name),
      state,
      managedSave,
      domain: described.section,
      lastDomain:
        described.section.status === 'read'
          ? described.section.value
          : (memory.guests.get(domain.uuid)?.reading.lastDomain ?? memory.lastDomains.get(domain.uuid) ?? null),
      images: stats === null ? null : memory.strings.keepAll(stats.images),
      writtenBytes: stats?.writtenBytes ?? null,
      snapshots: tree.section,
    }
    memory.guests.set(reading.uuid, { reading, domainDigest: described.digest, currentDigest: tree.digest })
    return { reading, changed: !(described.same && tree.same) }
  } catch (error) {
    if (isLibvirtError(error, 'noDomain')) return null
    throw error
  }
}

type Described = { section: Section<DomainXml>; digest: string; same: boolean }

async function readDomain(
  sweep: Sweep,
  domain: DomainRef,
  before: { reading: GuestReading; domainDigest: string } | undefined,
): Promise<Described> {
  try {
    const xml = await sweep.client.domains.readXml(domain, 0, sweep.options)
    const digest = digestOf(xml)
    if (before !== undefined && before.domainDigest === digest && before.reading.domain.status === 'read') {
      return { section: before.reading.domain, digest, same: true }
    }
    const parsed = parseDomain(xml, domain.name)
    return parsed.ok
      ? { section: read(sweep.memory.strings.keepAll(parsed.value)), digest, same: false }
      : { section: unread(parsed.why), digest, same: false }
  } catch (error) {
    if (isLibvirtError(error, 'noDomain')) throw error
    return { section: unread(sweep.reasonOf(error)), digest: '', same: false }
  }
}

async function readState({ client, options, reasonOf }: Sweep, domain: DomainRef): Promise<number | null> {
  try {
    return (await client.domains.readState(domain, options)).state
  } catch (error) {
    if (isLibvirtError(error, 'noDomain')) throw error
    reasonOf(error)
    return null
  }
}

async function readManagedSave(sweep: Sweep, list: GuestList, domain: DomainRef): Promise<boolean | null> {
  if (list.managedSave !== null) return list.managedSave.has(domain.uuid)
  try {
    return await sweep.client.domains.hasManagedSave(domain, sweep.options)
  } catch (error) {
    if (isLibvirtError(error, 'noDomain')) throw error
    sweep.reasonOf(error)
    return null
  }
}

type Tree = { section: GuestReading['snapshots']; digest: string; same: boolean }

async function readSnapshots(
  sweep: Sweep,
  list: GuestList,
  domain: DomainRef,
  before: { reading: GuestReading; currentDigest: string } | undefined,
): Promise<Tree> {
  const none: Tree = { section: read({ items: [], current: null }), digest: '', same: false }
  try {
    if (list.withSnapshots?.has(domain.uuid) === false) {
      const hadNone = before?.reading.snapshots.status === 'read' && before.reading.snapshots.value.items.length === 0
      return { ...none, same: hadNone }
    }
    for (let tries = 1; ; tries += 1) {
      const tree = await tryReadSnapshots(sweep, domain, before)
      if (tree !== null) return tree
      if (tries === MOST_TRIES) return { ...none, section: unread({ code: 'guest-busy', task: 'snapshots' }) }
    }
  } catch (error) {
    if (isLibvirtError(error, 'noDomain')) throw error
    return { ...none, section: unread(sweep.reasonOf(error)) }
  }
}

/**
 * Null when a snapshot vanished between the list and the reading (its children have another parent now), or when the
 * current one came after the list.
 */
async function tryReadSnapshots(
  sweep: Sweep,
  domain: DomainRef,
  before: { reading: GuestReading; currentDigest: string } | undefined,
): Promise<Tree | null> {
  const { client, options, memory } = sweep
  const [refs, current] = await Promise.all([
    client.snapshots.list(domain, 0, options),
    client.snapshots.findCurrent(domain, options),
  ])
  const texts = new Map<string, string>()
  try {
    const currentRef = refs.find((ref) => ref.name === current?.name)
    if (current !== null && currentRef === undefined) return null
    if (currentRef !== undefined) texts.set(currentRef.name, await client.snapshots.readXml(currentRef, 0, options))
    const digest = digestOf(currentRef === undefined ? '' : (texts.get(currentRef.name) ?? ''))
    const known = before?.reading.snapshots
    if (known?.status === 'read' && before?.currentDigest === digest && sameNames(known.value, refs, current)) {
      return { section: known, digest, same: true }
    }
    const items: SnapshotXml[] = new Array(refs.length)
    await forEachAtOnce(refs, WIDTH, async (ref, index) => {
      const xml = texts.get(ref.name) ?? (await client.snapshots.readXml(ref, 0, options))
      const parsed = parseSnapshot(xml, ref.name)
      if (!parsed.ok) throw new UnreadableSnapshot(parsed)
      items[index] = memory.strings.keepAll(parsed.value)
      await sweep.pace()
    })
    const name = currentRef === undefined ? null : memory.strings.keep(currentRef.name)
    return { section: read({ items, current: name }), digest, same: false }
  } catch (error) {
    if (isLibvirtError(error, 'noDomainSnapshot')) return null
    if (error instanceof UnreadableSnapshot) return { section: unread(error.refusal.why), digest: '', same: false }
    throw error
  }
}

const sameNames = (
  known: { items: readonly SnapshotXml[]; current: string | null },
  refs: readonly SnapshotRef[],
  current: SnapshotRef | null,
): boolean => {
  if (known.items.length !== refs.length || known.current !== (current?.name ?? null)) return false
  const names = new Set(known.items.map((item) => item.name))
  return refs.every((ref) => names.has(ref.name))
}

/** Carries a parsed refusal out of a row of readings: a tree with one unreadable node is not a tree we can show. */
class UnreadableSnapshot extends Error {
  constructor(readonly refusal: Extract<ReturnType<typeof parseSnapshot>, { ok: false }>) {
    super('a snapshot could not be read')
  }
}
