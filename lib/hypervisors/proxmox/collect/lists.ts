/** What one request tells of many: the cluster's resources, and what of them each node knows better. */
import type { Rights, Section } from '@/lib/domain/inventory'
import { read } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { GuestListed } from '../map/guest'
import { type StorageSeen, storageNativeId } from '../map/storages'
import {
  type GuestRow,
  guestRowSchema,
  haResourceSchema,
  type NodeStorage,
  nodeStorageSchema,
  permissionsSchema,
  type Resource,
  replicationSchema,
  type StorageDefinition,
  storageDefinitionSchema,
  type ThinPool,
  thinPoolSchema,
  versionSchema,
} from '../wire'
import type { Session } from './session'

/** Facts of the cluster that seldom change. Null = not told to us. */
export type Circumstances = {
  version: string | null
  rights: Rights | null
  definitions: ReadonlyMap<string, StorageDefinition> | null
  /** why definitions were never read, null = they were */
  definitionsUnread: Reason | null
  /** vmids that HA manages */
  ha: ReadonlySet<string> | null
  replicated: ReadonlySet<string> | null
}

/** Five requests; what is refused keeps what it was before. */
export async function readCircumstances(session: Session, before: Circumstances | null): Promise<Circumstances> {
  const [version, rights, definitions, ha, replication] = await Promise.all([
    session.one(versionSchema, ['version']),
    session.one(permissionsSchema, ['access', 'permissions']),
    session.list(storageDefinitionSchema, ['storage']),
    session.list(haResourceSchema, ['cluster', 'ha', 'resources']),
    session.list(replicationSchema, ['cluster', 'replication']),
  ])
  return {
    version: orBefore(version, ({ version: told }) => told, before?.version),
    rights: orBefore(rights, (told) => told, before?.rights),
    definitions: orBefore(definitions, (rows) => new Map(rows.map((row) => [row.storage, row])), before?.definitions),
    definitionsUnread: definitions.status === 'unread' && before?.definitions == null ? definitions.reason : null,
    ha: orBefore(
      ha,
      (rows) => new Set(rows.flatMap(({ sid }) => /^(?:vm|ct):(\d+)$/.exec(sid)?.[1] ?? [])),
      before?.ha,
    ),
    replicated: orBefore(
      replication,
      (rows) => new Set(rows.flatMap(({ guest, disable }) => (guest === null || disable ? [] : [String(guest)]))),
      before?.replicated,
    ),
  }
}

/** A lost privilege is no longer known; a moment's trouble is no news. */
export function orBefore<Told, Kept>(
  section: Section<Told>,
  keep: (told: Told) => Kept,
  before: Kept | null | undefined,
): Kept | null {
  if (section.status === 'read') return keep(section.value)
  return section.reason.code === 'not-permitted' ? null : (before ?? null)
}

export type Resources = {
  /** name → whether it is online */
  nodes: Map<string, boolean>
  guests: Map<string, GuestListed>
  storages: Resource[]
  /** bytes written since its start, by vmid */
  writes: { nativeId: string; writtenBytes: number }[]
  hastates: Set<string>
}

/** Sorts the rows of `/cluster/resources` by what they are; kinds we do not know are left aside. */
export async function sortResources(rows: readonly Resource[], pace: () => Promise<void>): Promise<Resources> {
  const found: Resources = { nodes: new Map(), guests: new Map(), storages: [], writes: [], hastates: new Set() }
  for (const row of rows) {
    if (row.type === 'node' && row.node !== null) found.nodes.set(row.node, row.status === 'online')
    else if (row.type === 'storage') found.storages.push(row)
    else if ((row.type === 'qemu' || row.type === 'lxc') && row.vmid !== null && row.node !== null) {
      const vmid = String(row.vmid)
      found.guests.set(vmid, listedOf(row, vmid, row.node))
      if (row.status === 'running' && row.diskwrite !== null) {
        found.writes.push({ nativeId: vmid, writtenBytes: Math.round(row.diskwrite) })
      }
      if (row.hastate !== null) found.hastates.add(vmid)
      await pace()
    }
  }
  return found
}

const listedOf = (row: Resource, vmid: string, node: string): GuestListed => ({
  vmid,
  kind: row.type === 'lxc' ? 'container' : 'vm',
  node,
  name: row.name,
  status: row.status,
  tags: row.tags,
  lock: row.lock,
  template: row.template,
  cpus: row.maxcpu,
  memoryBytes: row.maxmem,
})

/** What a node says of its own guests: with names and states of this moment, whatever pvestatd last broadcast. */
export async function readNodeGuests(session: Session, node: string): Promise<Section<GuestListed[]>> {
  const [machines, containers] = await Promise.all([
    session.list(guestRowSchema, ['nodes', node, 'qemu'], { full: true }),
    session.list(guestRowSchema, ['nodes', node, 'lxc']),
  ])
  if (machines.status === 'unread') return machines
  if (containers.status === 'unread') return containers
  const listed =
    (kind: GuestListed['kind']) =>
    (row: GuestRow): GuestListed => ({
      vmid: row.vmid,
      kind,
      node,
      name: row.name,
      status: row.qmpstatus ?? row.status,
      tags: row.tags,
      lock: row.lock,
      template: row.template,
      cpus: row.cpus,
      memoryBytes: row.maxmem,
    })
  return read([...machines.value.map(listed('vm')), ...containers.value.map(listed('container'))])
}

export type NodeStorages = { storages: Section<NodeStorage[]>; pools: ThinPool[] }

/** A node's storages with their room, and its thin pools where it has any. */
export async function readNodeStorages(session: Session, node: string, hasThin: boolean): Promise<NodeStorages> {
  const [storages, pools] = await Promise.all([
    session.list(nodeStorageSchema, ['nodes', node, 'storage'], { enabled: true }),
    hasThin ? session.list(thinPoolSchema, ['nodes', node, 'disks', 'lvmthin']) : null,
  ])
  return { storages, pools: pools?.status === 'read' ? pools.value : [] }
}

const list = (content: string | null): string[] =>
  (content ?? '')
    .split(',')
    .filter((each) => each !== '')
    .sort()

/** Storages as the cluster's resources show them: a shared one once, by a node that has it active. */
export function seenInResources(rows: readonly Resource[]): Map<string, StorageSeen & { nodes: string[] }> {
  const seen = new Map<string, StorageSeen & { nodes: string[] }>()
  const sorted = [...rows].sort((a, b) => ((a.node ?? '') < (b.node ?? '') ? -1 : 1))
  for (const row of sorted) {
    if (row.storage === null || row.node === null) continue
    const nativeId = storageNativeId(row.node, row.storage, row.shared)
    const active = row.status === 'available'
    const known = seen.get(nativeId)
    if (known !== undefined && (known.active || !active)) {
      if (active) known.nodes.push(row.node)
      continue
    }
    seen.set(nativeId, {
      nativeId,
      storage: row.storage,
      node: row.shared ? '' : row.node,
      type: row.plugintype ?? 'unknown',
      content: list(row.content),
      shared: row.shared,
      active,
      total: row.maxdisk,
      used: row.disk,
      avail: null,
      nodes: [row.node],
    })
  }
  return seen
}
