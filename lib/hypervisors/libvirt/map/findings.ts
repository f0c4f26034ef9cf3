/** What a person should see about a guest, beyond its tree. Only what was read; nothing is concluded from silence. */
import type { GuestFinding } from '@/lib/domain/inventory'
import type { Disk, Snapshot } from '@/lib/domain/snapshot'
import { epochMillis, type Instant, MINUTE } from '@/lib/domain/units'
import { GATES, type LibvirtVersion, reaches } from '../versions'
import type { DomainXml } from '../xml/domain'
import type { HostImages } from './images'
import type { Torn } from './snapshots'

/** A host's clock this far ahead of ours is not a slow answer any more. */
const CLOCK_TOLERANCE_MS = 2 * MINUTE

export type FindingContext = {
  uuid: string
  managedSave: boolean | null
  domain: DomainXml | null
  disks: readonly Disk[]
  snapshots: readonly Snapshot[]
  torn: readonly Torn[]
  images: HostImages
  nameOf: (uuid: string) => string
  version: LibvirtVersion
  now: Instant
}

/** All findings of one guest. */
export function findingsOf(context: FindingContext): GuestFinding[] {
  const { managedSave, disks, snapshots, torn } = context
  const internal = snapshots.some((snapshot) => snapshot.kind === 'internal' && !snapshot.unmanaged)
  const external = snapshots.some((snapshot) => snapshot.kind === 'external')
  return [
    ...(managedSave ? [{ finding: 'managed-save' } as const] : []),
    ...disks.flatMap((disk) =>
      (disk.chain ?? [])
        .filter((image) => image.unexplained)
        .map((image) => ({ finding: 'overlay-unexplained', disk: disk.target, file: image.file }) as const),
    ),
    ...(internal && external ? [{ finding: 'mixed-chain' } as const] : []),
    ...snapshots.flatMap(({ name, parentMissing }) =>
      parentMissing === null ? [] : [{ finding: 'parent-missing', snapshot: name, parent: parentMissing } as const],
    ),
    ...torn.map((one) => ({ finding: 'torn-snapshot', ...one }) as const),
    // A mirror stands ready for moments in every merge, and for as long as it is let where nobody ends it.
    ...(context.domain?.disks ?? [])
      .filter((disk) => disk.mirror === 'ready')
      .map(({ target }) => ({ finding: 'job-waiting', disk: target }) as const),
    ...sharedBases(context),
    ...notCaptured(context),
    ...snapshots
      .filter(({ createdAt }) => createdAt !== null && isAhead(createdAt, context.now))
      .map(({ name }) => ({ finding: 'clock-ahead', snapshot: name }) as const),
  ]
}

const isAhead = (created: Instant, now: Instant) => epochMillis(created) > epochMillis(now) + CLOCK_TOLERANCE_MS

/** Images below the active one that other guests read through too: writing into one corrupts them. */
function sharedBases({ disks, images, uuid, nameOf }: FindingContext): GuestFinding[] {
  const files = new Set(disks.flatMap((disk) => (disk.chain ?? []).slice(1).map((image) => image.file)))
  return [...files].flatMap((file): GuestFinding[] => {
    const others = [...images.usersOf(file)].filter((user) => user !== uuid).map(nameOf)
    return others.length === 0 ? [] : [{ finding: 'shared-base', file, otherGuests: others.sort() }]
  })
}

/** Firmware variables and the TPM's state are not on the guest's disks; few snapshots hold them. */
function notCaptured({ domain, snapshots, version }: FindingContext): GuestFinding[] {
  if (domain === null) return []
  const held = snapshots.filter((snapshot) => !snapshot.unmanaged)
  const variablesHeld = (snapshot: Snapshot) =>
    snapshot.kind === 'internal' && domain.nvram?.format === 'qcow2' && reaches(version, GATES.internalUefi)
  return [
    ...(domain.firmware === 'uefi' && held.some((snapshot) => !variablesHeld(snapshot))
      ? [{ finding: 'nvram-not-captured' } as const]
      : []),
    ...(domain.tpm && held.some((snapshot) => snapshot.memory === 'none')
      ? [{ finding: 'tpm-only-with-memory' } as const]
      : []),
  ]
}
