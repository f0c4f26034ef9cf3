/**
 * Which chain to merge, in which direction, and why. Advice, not a plan: the planner checks what it rests on again.
 * A layer of a snapshot is never advised away; deleting the snapshot is what merges it.
 */
import type { GuestFinding } from '@/lib/domain/inventory'
import type { ChainImage, Disk } from '@/lib/domain/snapshot'

/** Depth from which reads are slower and merging gets harder. */
export const ADVISED_CHAIN_DEPTH = 3

export type MergeReason =
  | { because: 'deep'; depth: number }
  | { because: 'shared'; file: string }
  | { because: 'small' }
  | { because: 'unexplained'; layers: number }
  | { because: 'snapshots' }

export type DiskAdvice = {
  disk: string
  /** backing files below the active image; null = not known, and nothing is advised */
  depth: number | null
  /** null = leave it as it is */
  direction: 'commit' | 'pull' | null
  why: MergeReason[]
}

/** Advice for every disk that can have a chain, in the order of the guest's disks. */
export function adviseMerge(disks: readonly Disk[], findings: readonly GuestFinding[]): DiskAdvice[] {
  const shared = findings.flatMap((finding) => (finding.finding === 'shared-base' ? [finding.file] : []))
  return disks.filter((disk) => disk.device === 'disk' && !disk.readOnly).map((disk) => adviseDisk(disk, shared))
}

function adviseDisk(disk: Disk, shared: readonly string[]): DiskAdvice {
  const { chain, target } = disk
  if (chain === null) return { disk: target, depth: null, direction: null, why: [] }
  const depth = chain.length - 1
  const loose = chain.slice(0, -1).filter((image) => image.madeBySnapshot === null).length
  if (depth === 0) return { disk: target, depth, direction: null, why: [] }
  const why: MergeReason[] = depth > ADVISED_CHAIN_DEPTH ? [{ because: 'deep', depth }] : []
  if (loose === 0) return { disk: target, depth, direction: null, why: [...why, { because: 'snapshots' }] }
  why.push({ because: 'unexplained', layers: loose })
  const file = chain.slice(1).find((image) => shared.includes(image.file))?.file
  if (file !== undefined) return { disk: target, depth, direction: 'pull', why: [...why, { because: 'shared', file }] }
  return commitMovesLess(chain)
    ? { disk: target, depth, direction: 'commit', why: [...why, { because: 'small' }] }
    : { disk: target, depth, direction: 'pull', why }
}

/** Committing moves what the layers above hold, pulling what is below; an unknown size decides for committing. */
function commitMovesLess(chain: readonly ChainImage[]): boolean {
  const below = chain.at(-1)?.allocatedBytes ?? null
  let above = 0
  for (const image of chain.slice(0, -1)) {
    if (image.allocatedBytes === null || below === null) return true
    above += image.allocatedBytes
  }
  return below === null || above <= below
}
