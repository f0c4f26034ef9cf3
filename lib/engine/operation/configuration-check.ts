/** Whether a guest has the configuration that its snapshot saved, which a rollback promises. Pure. */
import type { HypervisorKind } from '@/lib/domain/connection'
import type { Difference } from '@/lib/domain/difference'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'

export type ConfigurationFound =
  | { result: 'pass' }
  | { result: 'fail'; differences: Difference[] }
  | { result: 'unknown'; why: Reason }

type Then = {
  kind: HypervisorKind
  /** native id of the snapshot that was gone back to */
  snapshot: string
  saved: Outcome<ConfigurationMap>
  /** today's tags and protection were put back afterwards; a step of its own proves them */
  keepsTags: boolean
}

/** Compares what was saved with what the guest has now. */
export function checkConfiguration({ kind, snapshot, saved, keepsTags }: Then, guest: KnownGuest): ConfigurationFound {
  const { value: now, unread } = guest.configuration
  if (unread !== null) return { result: 'unknown', why: unread }
  if (now === null) return { result: 'unknown', why: { code: 'not-told', by: kind } }
  if (!saved.ok) return { result: 'unknown', why: saved.why }
  const leftOut = leftOutOf(kind, saved.value, { keepsTags, sameLife: isSameLife(guest, snapshot) })
  const keys = [...new Set([...Object.keys(saved.value), ...Object.keys(now)])].sort()
  const differences = keys
    .filter((key) => !leftOut(key) && saved.value[key] !== now[key])
    .map(
      (key): Difference => ({
        differs: 'configuration',
        key,
        found: now[key] ?? null,
        expected: saved.value[key] ?? null,
      }),
    )
  return differences.length === 0 ? { result: 'pass' } : { result: 'fail', differences }
}

/** A guest that runs tells what its start made of its configuration; one that is off tells what was written. */
function isSameLife({ facts, snapshots }: KnownGuest, nativeId: string): boolean {
  const then = snapshots.value?.items.find((each) => each.nativeId === nativeId)?.powerThen ?? 'unknown'
  if (then === 'unknown' || facts.power === 'unknown') return false
  return (then === 'off') === (facts.power === 'stopped' || facts.power === 'suspended')
}

/** What differs although the rollback was right, by platform. */
function leftOutOf(
  kind: HypervisorKind,
  saved: ConfigurationMap,
  { keepsTags, sameLife }: { keepsTags: boolean; sameLife: boolean },
): (key: string) => boolean {
  switch (kind) {
    case 'libvirt':
      // An external snapshot is gone back to on a fresh overlay (the chain proves that one); a balloon breathes; and
      // a start settles the model of the processor and where the firmware lies.
      return (key) =>
        /^disk .+ (image|format)$/.test(key) ||
        key === 'memory now' ||
        (!sameLife && ['cpu model', 'firmware', 'variable store'].includes(key))
    case 'proxmox':
      // Every rollback gives a new generation id and lists disks added since as unused; the machine and processor that
      // ran are kept with a snapshot with memory, and only there.
      return (key) =>
        ['vmgenid', 'runningmachine', 'runningcpu', 'running-nets-host-mtu'].includes(key) ||
        /^unused\d+$/.test(key) ||
        (key === 'machine' && saved.runningmachine !== undefined) ||
        (keepsTags && (key === 'tags' || key === 'protection'))
    case 'vsphere':
      return () => false
  }
}
