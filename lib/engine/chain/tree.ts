/**
 * The snapshot tree of one guest, built from what a hypervisor listed.
 * Total on any input: a listing may name parents that are gone, repeat names or point in circles,
 * and every snapshot still appears exactly once.
 */
import type { Instant } from '@/lib/domain/units'

/** What the tree needs to know of a snapshot. Domain snapshots and API rows both fit. */
export type TreeSnapshot = {
  nativeId: string
  name: string
  parent: string | null
  parentMissing: string | null
  createdAt: Instant | null
}

export type TreeNode<S extends TreeSnapshot = TreeSnapshot> = {
  /** unique within the tree: the native id, with `#2`, `#3` … where a listing repeats one */
  key: string
  snapshot: S
  parentKey: string | null
  /** the parent that was named but is not there; such a node stands beside the roots */
  parentMissing: string | null
  /** ordered by creation time, then name; unknown times last */
  childKeys: string[]
  /** snapshots above this one: 0 for a root */
  depth: number
  /** an ancestor of the current state: a rollback there keeps everything on this path */
  live: boolean
}

/** What was wrong with the listing. Reported, never hidden by the repair. */
export type TreeProblem =
  | { problem: 'parent-missing'; key: string; parent: string }
  | { problem: 'cycle-broken'; key: string; parentKey: string }
  | { problem: 'duplicate-id'; nativeId: string; keys: string[] }
  | { problem: 'duplicate-name'; name: string; keys: string[] }
  | { problem: 'current-parent-missing'; parent: string }

export type SnapshotTree<S extends TreeSnapshot = TreeSnapshot> = {
  /** parents before children, siblings in order (depth first) */
  nodes: TreeNode<S>[]
  byKey: ReadonlyMap<string, TreeNode<S>>
  roots: string[]
  /** root first, the current state's parent last; empty when the current state stands on no snapshot */
  liveChain: string[]
  /** key of the current state's parent; null = it stands on none, or on one that is gone */
  currentParentKey: string | null
  currentParentMissing: string | null
  /** nobody tells what the current state stands on: not on the base, but anywhere */
  currentUnknown: boolean
  problems: TreeProblem[]
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function compareSnapshots(a: TreeSnapshot, b: TreeSnapshot): number {
  if (a.createdAt !== b.createdAt) {
    if (a.createdAt === null) return 1
    if (b.createdAt === null) return -1
    return compareText(a.createdAt, b.createdAt)
  }
  return compareText(a.name, b.name) || compareText(a.nativeId, b.nativeId)
}

/**
 * Builds the tree. `currentParent` is the native id of the snapshot the current state derives from; null = none, or,
 * with `currentUnknown`, nobody tells which.
 * Never throws and never recurses; O(n log n).
 */
export function buildTree<S extends TreeSnapshot>(
  snapshots: readonly S[],
  currentParent: string | null,
  currentUnknown = false,
): SnapshotTree<S> {
  const problems: TreeProblem[] = []
  const byKey = new Map<string, TreeNode<S>>()
  const ordered = nodesInOrder(snapshots, byKey, problems)
  linkParents(ordered, byKey, problems)
  breakCycles(ordered, byKey, problems)

  const roots: string[] = []
  for (const node of ordered) {
    if (node.parentKey === null) roots.push(node.key)
    else mustGet(byKey, node.parentKey).childKeys.push(node.key)
  }

  const currentParentKey = currentParent !== null && byKey.has(currentParent) ? currentParent : null
  const currentParentMissing = currentParent !== null && currentParentKey === null ? currentParent : null
  if (currentParentMissing !== null) problems.push({ problem: 'current-parent-missing', parent: currentParentMissing })

  return {
    nodes: walkDepthFirst(roots, byKey),
    byKey,
    roots,
    liveChain: markLiveChain(currentParentKey, byKey),
    currentParentKey,
    currentParentMissing,
    currentUnknown: currentParentKey === null && (currentUnknown || currentParentMissing !== null),
    problems,
  }
}

/** Looks a key up that the tree itself produced; a miss is our bug. */
export function mustGet<S extends TreeSnapshot>(byKey: ReadonlyMap<string, TreeNode<S>>, key: string): TreeNode<S> {
  const node = byKey.get(key)
  if (node === undefined) throw new Error(`no such tree node: ${key}`)
  return node
}

function nodesInOrder<S extends TreeSnapshot>(
  snapshots: readonly S[],
  byKey: Map<string, TreeNode<S>>,
  problems: TreeProblem[],
): TreeNode<S>[] {
  const ids = new Set(snapshots.map((snapshot) => snapshot.nativeId))
  const keysOfId = new Map<string, string[]>()
  const keysOfName = new Map<string, string[]>()
  const ordered = [...snapshots].sort(compareSnapshots).map((snapshot): TreeNode<S> => {
    const keys = keysOfId.get(snapshot.nativeId) ?? []
    let key = snapshot.nativeId
    // A repeated id gets a suffix, and the suffixed key must not be another snapshot's own id.
    for (let copy = keys.length + 1; byKey.has(key) || (keys.length > 0 && ids.has(key)); copy += 1) {
      key = `${snapshot.nativeId}#${copy}`
    }
    keysOfId.set(snapshot.nativeId, [...keys, key])
    keysOfName.set(snapshot.name, [...(keysOfName.get(snapshot.name) ?? []), key])
    const node: TreeNode<S> = {
      key,
      snapshot,
      parentKey: null,
      parentMissing: null,
      childKeys: [],
      depth: 0,
      live: false,
    }
    byKey.set(key, node)
    return node
  })
  for (const [nativeId, keys] of keysOfId)
    if (keys.length > 1) problems.push({ problem: 'duplicate-id', nativeId, keys })
  for (const [name, keys] of keysOfName) if (keys.length > 1) problems.push({ problem: 'duplicate-name', name, keys })
  return ordered
}

function linkParents<S extends TreeSnapshot>(
  ordered: TreeNode<S>[],
  byKey: ReadonlyMap<string, TreeNode<S>>,
  problems: TreeProblem[],
): void {
  for (const node of ordered) {
    const { parent, parentMissing } = node.snapshot
    if (parent !== null && byKey.has(parent)) {
      node.parentKey = parent
      continue
    }
    node.parentMissing = parent ?? parentMissing
    if (node.parentMissing !== null)
      problems.push({ problem: 'parent-missing', key: node.key, parent: node.parentMissing })
  }
}

/** Cuts each circle at its first member in order (oldest, then name), so that the same listing always breaks alike. */
function breakCycles<S extends TreeSnapshot>(
  ordered: TreeNode<S>[],
  byKey: ReadonlyMap<string, TreeNode<S>>,
  problems: TreeProblem[],
): void {
  const position = new Map(ordered.map((node, index) => [node.key, index]))
  const settled = new Set<string>()
  for (const start of ordered) {
    const path: TreeNode<S>[] = []
    const onPath = new Map<string, number>()
    let node: TreeNode<S> | undefined = start
    while (node !== undefined && !settled.has(node.key) && !onPath.has(node.key)) {
      onPath.set(node.key, path.length)
      path.push(node)
      node = node.parentKey === null ? undefined : mustGet(byKey, node.parentKey)
    }
    const circleStart = node === undefined ? undefined : onPath.get(node.key)
    if (circleStart !== undefined) {
      const first = path
        .slice(circleStart)
        .reduce((a, b) => ((position.get(a.key) ?? 0) <= (position.get(b.key) ?? 0) ? a : b))
      if (first.parentKey !== null) {
        problems.push({ problem: 'cycle-broken', key: first.key, parentKey: first.parentKey })
        first.parentKey = null
      }
    }
    for (const seen of path) settled.add(seen.key)
  }
}

function walkDepthFirst<S extends TreeSnapshot>(
  roots: string[],
  byKey: ReadonlyMap<string, TreeNode<S>>,
): TreeNode<S>[] {
  const nodes: TreeNode<S>[] = []
  const waiting = [...roots].reverse()
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const node = mustGet(byKey, key)
    node.depth = node.parentKey === null ? 0 : mustGet(byKey, node.parentKey).depth + 1
    nodes.push(node)
    for (let index = node.childKeys.length - 1; index >= 0; index -= 1) waiting.push(node.childKeys[index] as string)
  }
  return nodes
}

function markLiveChain<S extends TreeSnapshot>(
  currentParentKey: string | null,
  byKey: ReadonlyMap<string, TreeNode<S>>,
): string[] {
  const chain: string[] = []
  for (let key = currentParentKey; key !== null; ) {
    const node = mustGet(byKey, key)
    node.live = true
    chain.push(key)
    key = node.parentKey
  }
  return chain.reverse()
}
