/**
 * What is not as it should be with a guest, and the repairs that are safe to offer for it. Only what was read counts:
 * nothing is diagnosed from what is not known. A repair is an intent; the planner checks it again before anything runs.
 */
import type { SnapshotId } from '@/lib/domain/ids'
import type { GuestFinding } from '@/lib/domain/inventory'
import type { Repair } from '@/lib/domain/plan'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'

/** What one may do about it. `merge`, `delete` open their own flows; `repair` is planned as it is. */
export type Remedy =
  | { remedy: 'repair'; repair: Repair; about: string }
  | { remedy: 'merge' }
  | { remedy: 'delete'; snapshotId: SnapshotId; name: string }
  | { remedy: 'fork'; snapshotId: SnapshotId; name: string }

export type Diagnosis = {
  what: GuestFinding | { finding: 'unmanaged'; snapshot: string }
  remedies: Remedy[]
}

type Patient = Pick<GuestDetail, 'findings' | 'snapshots' | 'disks' | 'power' | 'lock' | 'managedSave'>

/** Findings first as they were told, then what only the snapshots tell. */
export function diagnose(guest: Patient): Diagnosis[] {
  const found = guest.findings.map((finding): Diagnosis => ({ what: finding, remedies: remediesFor(finding, guest) }))
  const unmanaged = guest.snapshots
    .filter((snapshot) => snapshot.unmanaged)
    .map(
      (snapshot): Diagnosis => ({
        what: { finding: 'unmanaged', snapshot: snapshot.name },
        remedies: unmanagedRemedies(snapshot),
      }),
    )
  return [...found, ...unmanaged]
}

function remediesFor(finding: GuestFinding, guest: Patient): Remedy[] {
  switch (finding.finding) {
    case 'managed-save':
      return [{ remedy: 'repair', repair: { fix: 'discard-saved-memory' }, about: '' }]
    case 'overlay-unexplained':
      return [{ remedy: 'merge' }]
    case 'lock-left':
      // After a failed rollback the disks may stand at two points in time: nothing that invites to start it is offered.
      return finding.lock === 'rollback' ? [] : [{ remedy: 'repair', repair: { fix: 'unlock' }, about: finding.lock }]
    case 'job-waiting':
      return (['pivot', 'abort'] as const).map((end) => ({
        remedy: 'repair',
        repair: { fix: 'finish-job', disk: finding.disk, end },
        about: finding.disk,
      }))
    case 'snapshot-incomplete': {
      const snapshot = named(guest, finding.snapshot)
      return snapshot === undefined
        ? []
        : [
            { remedy: 'delete', snapshotId: snapshot.id, name: snapshot.name },
            { remedy: 'repair', repair: { fix: 'remove-entry', snapshotId: snapshot.id }, about: snapshot.name },
          ]
    }
    case 'torn-snapshot': {
      const snapshot = named(guest, finding.snapshot)
      if (snapshot === undefined) return []
      const held = snapshot.disks.filter(({ mode, name }) => mode !== 'excluded' && !finding.disks.includes(name))
      // With no data left at all only its entry is there to be removed.
      if (held.length === 0)
        return [{ remedy: 'repair', repair: { fix: 'remove-entry', snapshotId: snapshot.id }, about: snapshot.name }]
      // Rolling this guest back would tear it; a copy of what the snapshot froze harms nobody. What lies inside an image
      // froze no file that a copy could read through.
      return held.every(({ mode }) => mode === 'external')
        ? [{ remedy: 'fork', snapshotId: snapshot.id, name: snapshot.name }]
        : []
    }
    case 'mixed-chain':
    case 'parent-missing':
    case 'shared-base':
    case 'duplicate-name':
    case 'nvram-not-captured':
    case 'tpm-only-with-memory':
    case 'clock-ahead':
      return []
  }
}

const named = (guest: Patient, name: string): SnapshotView | undefined =>
  guest.snapshots.find((snapshot) => snapshot.name === name)

/** Data without an entry: list it again, or remove it from each image that holds it. */
const unmanagedRemedies = (snapshot: SnapshotView): Remedy[] => [
  { remedy: 'repair', repair: { fix: 'adopt', snapshotId: snapshot.id }, about: snapshot.name },
  ...snapshot.disks
    .filter((disk) => disk.mode === 'internal')
    .map(
      (disk): Remedy => ({
        remedy: 'repair',
        repair: { fix: 'delete-data', disk: disk.name, name: snapshot.name },
        about: snapshot.name,
      }),
    ),
]

/** What a person types on the node where our access may not remove a lock; null where there is no such line. */
export const unlockLine = (guest: Pick<GuestDetail, 'connectionKind' | 'kind' | 'nativeId'>): string | null =>
  guest.connectionKind === 'proxmox' ? `${guest.kind === 'container' ? 'pct' : 'qm'} unlock ${guest.nativeId}` : null

/** Disks whose image can be checked: an image in use cannot be checked honestly. */
export const checkableDisks = (guest: Pick<GuestDetail, 'disks' | 'power'>): string[] =>
  (guest.disks ?? [])
    .filter((disk) => disk.device === 'disk' && disk.format === 'qcow2' && !disk.readOnly)
    .map((disk) => disk.target)
