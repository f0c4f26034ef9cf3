/**
 * Rows of the snapshot treegrid: what stands on each line and what its one small drawing contains.
 * Root first. The live chain runs down lane 0 from the base disk to "You are here"; every side branch is
 * listed right below the snapshot it leaves, one lane further right, before the chain it left goes on.
 * So a lane is never needed by two branches at once and no line ever crosses another.
 */
import { mustGet, type SnapshotTree, type TreeNode, type TreeSnapshot } from './tree'

/** Lanes drawn before deeper branches fold into one "+3 branches" row (GUIDE: treegrid). */
export const MAX_LANES = 4

/** A piece of a row's drawing. `node` is the middle of the row. `broken`: what lies between is not known. */
export type Segment =
  | { shape: 'line'; lane: number; from: 'top' | 'node'; to: 'node' | 'bottom'; live: boolean; broken: boolean }
  /** from the top of lane `from` to the node on lane `to` */
  | { shape: 'elbow'; from: number; to: number; live: false; broken: boolean }

type RowPlace = {
  /** unique among the rows: `base`, `current`, `s:<tree key>`, `fold:<tree key>` */
  id: string
  lane: number
  segments: Segment[]
  /** on the path from the base disk to the current state */
  live: boolean
  /** WAI-ARIA treegrid: 1 for the base disk; position and size count the rows shown below the same parent row */
  level: number
  posinset: number
  setsize: number
  parentRowId: string | null
  /** null = nothing below this row can be collapsed */
  expanded: boolean | null
  /** what collapsing this row has hidden: side branches and the snapshots on them */
  hidden: { branches: number; snapshots: number }
}

export type TreeRow<S extends TreeSnapshot = TreeSnapshot> = RowPlace &
  (
    | { kind: 'base' }
    | { kind: 'snapshot'; key: string; snapshot: S; parentMissing: string | null }
    | { kind: 'current'; parentKey: string | null; parentMissing: string | null }
    /** deeper branches of snapshot `of`, not drawn: "+3 branches" */
    | { kind: 'fold'; of: string; branches: number; snapshots: number }
  )

export type LayoutOptions = {
  /** tree keys (or `base`) whose side branches are hidden; a collapsed snapshot on a side branch hides all below it */
  collapsed?: ReadonlySet<string>
  /** tree keys whose fold row was opened */
  unfolded?: ReadonlySet<string>
  /** at least 2: the live chain and one branch */
  maxLanes?: number
}

/** A row while it is being laid out. (Rows are written out in full below: spreading them costs ten times as much.) */
type Draft<S extends TreeSnapshot> = {
  row: TreeRow<S>
  /** this branch goes on below the row */
  continues: boolean
}

type Visit = {
  key: string
  lane: number
  /** first snapshot of a side branch: reached by an elbow from this lane, not by a line from above */
  elbowFrom: number | null
  parentRowId: string
  level: number
}

/**
 * Lays the tree out as rows. Linear in the number of rows and lanes; never recurses.
 * The live chain and the current state are always shown.
 */
export function layoutLanes<S extends TreeSnapshot>(tree: SnapshotTree<S>, options: LayoutOptions = {}): TreeRow<S>[] {
  const collapsed = options.collapsed ?? new Set<string>()
  const maxLanes = options.maxLanes ?? MAX_LANES
  const weights = weighBranches(tree)
  const rows: Draft<S>[] = []

  const liveRoot = tree.liveChain[0] ?? null
  const sideRoots = tree.roots.filter((key) => key !== liveRoot)
  const baseCollapsed = collapsed.has('base') && sideRoots.length > 0
  rows.push({
    continues: true,
    row: {
      kind: 'base',
      id: 'base',
      lane: 0,
      segments: [],
      live: true,
      level: 1,
      posinset: 1,
      setsize: 1,
      parentRowId: null,
      expanded: sideRoots.length > 0 ? !baseCollapsed : null,
      hidden: baseCollapsed ? total(weights, sideRoots) : NOTHING_HIDDEN,
    },
  })

  // A stack of what is still to be listed, last in first out: side branches before the chain they left.
  const waiting: Visit[] = []
  if (liveRoot !== null) waiting.push({ key: liveRoot, lane: 0, elbowFrom: null, parentRowId: 'base', level: 2 })
  if (!baseCollapsed) pushBranches(waiting, sideRoots, 0, 'base', 2)

  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const node = mustGet(tree.byKey, visit.key)
    const row = listSnapshot(node, visit)
    const draft = { row, continues: false }
    rows.push(draft)
    const { onward, side } = splitChildren(tree, node)
    const isCollapsed = collapsed.has(node.key)
    // On the live chain only the side branches hide; on a side branch everything below does.
    const hideable = node.live || onward === null ? side : [...side, onward]
    if (hideable.length > 0) {
      row.expanded = !isCollapsed
      if (isCollapsed) row.hidden = total(weights, hideable, node.live || onward === null ? null : onward)
    }
    const goesOn = node.live || (onward !== null && !isCollapsed)
    draft.continues = goesOn
    if (goesOn && onward !== null) {
      waiting.push({ key: onward, lane: visit.lane, elbowFrom: null, parentRowId: row.id, level: visit.level + 1 })
    }
    if (isCollapsed || side.length === 0) continue
    if (visit.lane + 1 >= maxLanes && !(options.unfolded?.has(node.key) ?? false)) {
      rows.push(listFold(node.key, visit, total(weights, side)))
    } else {
      pushBranches(waiting, side, visit.lane, row.id, visit.level + 1)
    }
  }

  const parentRow = tree.currentParentKey === null ? 'base' : `s:${tree.currentParentKey}`
  rows.push({
    continues: false,
    row: {
      kind: 'current',
      parentKey: tree.currentParentKey,
      parentMissing: tree.currentParentMissing,
      id: 'current',
      lane: 0,
      segments: [],
      live: true,
      level: tree.liveChain.length + 2,
      posinset: 1,
      setsize: 1,
      parentRowId: parentRow,
      expanded: null,
      hidden: NOTHING_HIDDEN,
    },
  })
  drawSegments(rows, tree)
  const laidOut = rows.map(({ row }) => row)
  numberSiblings(laidOut)
  return laidOut
}

const NOTHING_HIDDEN = { branches: 0, snapshots: 0 }

function listSnapshot<S extends TreeSnapshot>(node: TreeNode<S>, visit: Visit): TreeRow<S> {
  const { lane, elbowFrom, parentRowId, level } = visit
  const broken = node.parentMissing !== null
  return {
    kind: 'snapshot',
    key: node.key,
    snapshot: node.snapshot,
    parentMissing: node.parentMissing,
    id: `s:${node.key}`,
    lane,
    segments: elbowFrom === null ? [] : [{ shape: 'elbow', from: elbowFrom, to: lane, live: false, broken }],
    live: node.live,
    level,
    posinset: 1,
    setsize: 1,
    parentRowId,
    expanded: null,
    hidden: NOTHING_HIDDEN,
  }
}

function listFold<S extends TreeSnapshot>(of: string, { lane, level }: Visit, size: Weight): Draft<S> {
  return {
    // only the side branches fold; the one they left goes on below
    continues: true,
    row: {
      kind: 'fold',
      of,
      branches: size.branches,
      snapshots: size.snapshots,
      id: `fold:${of}`,
      lane,
      segments: [],
      live: false,
      level: level + 1,
      posinset: 1,
      setsize: 1,
      parentRowId: `s:${of}`,
      expanded: null,
      hidden: NOTHING_HIDDEN,
    },
  }
}

function pushBranches(waiting: Visit[], keys: string[], lane: number, parentRowId: string, level: number): void {
  for (const key of [...keys].reverse()) waiting.push({ key, lane: lane + 1, elbowFrom: lane, parentRowId, level })
}

/** The child that goes on in the same lane: the live one on the live chain, else the newest. */
function splitChildren<S extends TreeSnapshot>(
  tree: SnapshotTree<S>,
  node: TreeNode<S>,
): { onward: string | null; side: string[] } {
  if (node.live) {
    const onward = node.childKeys.find((key) => mustGet(tree.byKey, key).live) ?? null
    return { onward, side: node.childKeys.filter((key) => key !== onward) }
  }
  return { onward: node.childKeys.at(-1) ?? null, side: node.childKeys.slice(0, -1) }
}

/** Branches that start at or below a snapshot, itself counted as the start of one, and snapshots on them. */
type Weight = { branches: number; snapshots: number }

function weighBranches<S extends TreeSnapshot>(tree: SnapshotTree<S>): Map<string, Weight> {
  const weights = new Map<string, Weight>()
  for (const node of tree.nodes.toReversed()) {
    const weight = { branches: node.childKeys.length === 0 ? 1 : 0, snapshots: 1 }
    for (const child of node.childKeys) {
      weight.branches += weights.get(child)?.branches ?? 0
      weight.snapshots += weights.get(child)?.snapshots ?? 0
    }
    weights.set(node.key, weight)
  }
  return weights
}

/** Adds weights up. `onward` continues the visible branch and so starts none of its own. */
function total(weights: ReadonlyMap<string, Weight>, keys: string[], onward: string | null = null): Weight {
  const sum = { branches: onward === null ? 0 : -1, snapshots: 0 }
  for (const key of keys) {
    sum.branches += weights.get(key)?.branches ?? 0
    sum.snapshots += weights.get(key)?.snapshots ?? 0
  }
  return sum
}

/**
 * Draws the lines in one pass from the top. A lane that has begun and not ended passes through every row
 * between two of its own.
 */
function drawSegments<S extends TreeSnapshot>(rows: Draft<S>[], tree: SnapshotTree<S>): void {
  const open: boolean[] = []
  // Without a known parent the line down to the current state is a guess and drawn as one.
  const liveBroken = tree.currentUnknown
  const firstOfChain = tree.liveChain[0]
  const rootBroken = firstOfChain !== undefined && mustGet(tree.byKey, firstOfChain).parentMissing !== null
  let reachedRoot = false
  for (const { row, continues } of rows) {
    const broken = (lane: number): boolean => lane === 0 && (liveBroken || (rootBroken && !reachedRoot))
    for (let lane = 0; lane < open.length; lane += 1) {
      if (open[lane] !== true || lane === row.lane) continue
      row.segments.push({ shape: 'line', lane, from: 'top', to: 'bottom', live: lane === 0, broken: broken(lane) })
    }
    const lane = row.lane
    const live = lane === 0
    if (open[lane] === true) {
      const to = row.kind === 'fold' ? 'bottom' : 'node'
      row.segments.push({ shape: 'line', lane, from: 'top', to, live, broken: broken(lane) })
    }
    if (row.kind === 'snapshot' && row.key === firstOfChain) reachedRoot = true
    if (continues && row.kind !== 'fold') {
      row.segments.push({ shape: 'line', lane, from: 'node', to: 'bottom', live, broken: broken(lane) })
    }
    open[lane] = continues
  }
}

function numberSiblings<S extends TreeSnapshot>(rows: TreeRow<S>[]): void {
  const sizes = new Map<string | null, number>()
  for (const row of rows) {
    row.posinset = (sizes.get(row.parentRowId) ?? 0) + 1
    sizes.set(row.parentRowId, row.posinset)
  }
  for (const row of rows) row.setsize = sizes.get(row.parentRowId) ?? 1
}

/** Lanes the drawing needs, at least 1. */
export function laneCount(rows: readonly TreeRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.lane + 1), 1)
}
