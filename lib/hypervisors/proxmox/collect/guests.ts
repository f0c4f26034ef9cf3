/** Reading one guest: its snapshots first, whose list carries the digest that tells whether the rest is as it was. */
import { type Section, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { GuestListed } from '../map/guest'
import { CURRENT } from '../map/snapshots'
import { type Config, configSchema, type SnapshotRow, snapshotRowSchema } from '../wire'
import type { Session } from './session'

export type GuestContent = {
  config: Section<Config>
  lastConfig: Config | null
  snapshots: Section<SnapshotRow[]>
}

/** A guest that could not be read; what its configuration named last is still what it named last. */
export const unreadContent = (known: GuestContent | null, reason: Reason): GuestContent => ({
  config: unread(reason),
  snapshots: unread(reason),
  lastConfig: known?.lastConfig ?? null,
})

export const pathOf = ({ node, kind, vmid }: Pick<GuestListed, 'node' | 'kind' | 'vmid'>) =>
  ['nodes', node, kind === 'vm' ? 'qemu' : 'lxc', vmid] as const

/** Reads a guest; null when it is not where it was listed. What is as it was keeps its identity. */
export async function readGuest(
  session: Session,
  listed: GuestListed,
  known: GuestContent | null,
): Promise<GuestContent | null> {
  const base = pathOf(listed)
  const snapshots = await session.list(snapshotRowSchema, [...base, 'snapshot'])
  if (isGone(snapshots)) return null
  const lastConfig = known?.lastConfig ?? null
  if (snapshots.status === 'unread' && isOfNode(snapshots.reason)) {
    return { snapshots, config: snapshots, lastConfig }
  }
  const digest = digestOf(snapshots)
  if (known !== null && known.config.status === 'read' && digest !== null && known.config.value.digest === digest) {
    const same = known.snapshots.status === 'read' && sameRows(known.snapshots.value, snapshots)
    return { ...known, snapshots: same ? known.snapshots : snapshots }
  }
  const config = await session.one(configSchema, [...base, 'config'])
  if (isGone(config)) return null
  if (config.status === 'unread') return { snapshots, config, lastConfig }
  if (digest === null || config.value.digest === undefined || config.value.digest === digest) {
    return { snapshots, config, lastConfig: config.value }
  }
  // Somebody changed it between the two answers: once more, so that both are of one moment.
  const again = await session.list(snapshotRowSchema, [...base, 'snapshot'])
  return { snapshots: isGone(again) ? snapshots : again, config, lastConfig: config.value }
}

/** "Configuration file … does not exist": destroyed, or moved to another node. */
const isGone = (section: Section<unknown>): boolean =>
  section.status === 'unread' && section.reason.code === 'missing' && section.reason.what === 'guest'

/** Reasons that say nothing of this guest: asking further would only wait again. */
const OF_NODE: ReadonlySet<Reason['code']> = new Set(['unreachable', 'node-unreachable', 'hung', 'interrupted'])
export const isOfNode = (reason: Reason): boolean => OF_NODE.has(reason.code)

const digestOf = (snapshots: Section<SnapshotRow[]>): string | null =>
  snapshots.status === 'unread' ? null : (snapshots.value.find(({ name }) => name === CURRENT)?.digest ?? null)

/** Equal whatever the order, which is random. */
function sameRows(before: readonly SnapshotRow[], now: Section<SnapshotRow[]>): boolean {
  if (now.status === 'unread' || before.length !== now.value.length) return false
  const rows = new Map(before.map((row) => [row.name, JSON.stringify(row)]))
  return now.value.every((row) => rows.get(row.name) === JSON.stringify(row))
}
