/** From which version on libvirt can do what a plan asks, and whether a guest's snapshots are mixed. */
import type { Feature } from '@/lib/domain/capability'
import type { Power } from '@/lib/domain/inventory'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { Context } from '../context'
import { type Refusal, refusal } from '../draft'
import { reaches } from './versions'

export const GATES = {
  /** deleting an external snapshot at all; 9.0 merges linear chains */
  deleteExternal: '9.0.0',
  /**
   * One change of libvirt's snapshot code: reverting to external snapshots, merging what was taken off while off,
   * removing leaves beside the live chain, and removing memory files. Absent in 9.0.0, present in 11.3.0 (recorded);
   * libvirt's news names 9.9.
   */
  externalBranches: '9.9.0',
  /** after a revert, knowing which overlay is the snapshot's: seen in 11.3.0, its beginning is not recorded */
  tracksReverts: '11.3.0',
} as const

/** Whether this libvirt reaches a gate; null = it did not tell its version. */
export const reachesGate = (context: Context, gate: keyof typeof GATES): boolean | null =>
  reaches(context.connection.version, GATES[gate])

export function needsVersion(context: Context, feature: Feature, gate: keyof typeof GATES): Refusal {
  const has = context.connection.version
  if (has === null) {
    return refusal('supported', 'guard', { code: 'not-told', by: context.connection.name }, { verdict: 'unknown' })
  }
  const because = { cause: 'needs-version', needs: GATES[gate], has } as const
  return refusal('supported', 'hypervisor', { code: 'unsupported', feature, because })
}

/** libvirt accepts both kinds in one tree, later refuses most deletes, and a merge by hand then destroys data. */
export const isMixed = ({ snapshots }: Context): boolean =>
  snapshots.some(({ kind }) => kind === 'internal') && snapshots.some(({ kind }) => kind === 'external')

export const mixing = (feature: Feature): Refusal =>
  refusal('not-mixed', 'guard', { code: 'unsupported', feature, because: { cause: 'mixed-chain' } })

export const chainChanged = (feature: Feature, disk: string, by: 'hypervisor' | 'guard'): Refusal =>
  refusal(
    'supported',
    by,
    { code: 'unsupported', feature, because: { cause: 'chain-changed', disk } },
    { evidence: { disk } },
  )

/** The state that was saved: memory saved running or paused comes back so; without memory the guest is off. */
export function powerAfter(snapshot: Snapshot, startAfter: boolean): Power {
  if (snapshot.memory === 'none') return startAfter ? 'running' : 'stopped'
  return snapshot.powerThen === 'paused' && !startAfter ? 'paused' : 'running'
}
