/** A guest's snapshot tree while a plan changes it step by step. Values, never changed in place. */
import type { Power } from '@/lib/domain/inventory'
import type { Predicted } from '@/lib/domain/plan'
import type { Snapshot } from '@/lib/domain/snapshot'
import { orderSnapshots } from './conditions'
import { compareText } from './order'

export type TreeNode = { id: string; name: string; parent: string | null; parentMissing: string | null }
/**
 * By native id. `current`: what the current state stands on; null = on none, or, with `currentUnknown`, nobody tells
 * until a step moves it.
 */
export type TreeState = { nodes: ReadonlyMap<string, TreeNode>; current: string | null; currentUnknown: boolean }

export function indexTree(snapshots: readonly Snapshot[], current: string | null, currentUnknown: boolean): TreeState {
  const nodes = new Map<string, TreeNode>()
  for (const { nativeId, name, parent, parentMissing } of snapshots) {
    nodes.set(nativeId, { id: nativeId, name, parent, parentMissing })
  }
  for (const node of nodes.values()) {
    if (node.parent === null || nodes.has(node.parent)) continue
    nodes.set(node.id, { ...node, parent: null, parentMissing: node.parent })
  }
  return { nodes, current: current !== null && nodes.has(current) ? current : null, currentUnknown }
}

/** By name, so that plans do not depend on the order of a listing. */
export const childrenOf = ({ nodes }: TreeState, id: string): TreeNode[] =>
  [...nodes.values()]
    .filter((node) => node.parent === id)
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.id, b.id))

/** The snapshot the current state stands on, then its parent, and so on to the root. Circles end. */
export function livePath({ nodes, current }: TreeState): string[] {
  const path: string[] = []
  const seen = new Set<string>()
  for (let id = current; id !== null && !seen.has(id); ) {
    seen.add(id)
    path.push(id)
    id = nodes.get(id)?.parent ?? null
  }
  return path
}

/** All snapshots below these, themselves not included unless one lies below another. */
export function descendantsOf(tree: TreeState, ids: readonly string[]): string[] {
  const byParent = new Map<string, string[]>()
  for (const node of tree.nodes.values()) {
    if (node.parent !== null) byParent.set(node.parent, [...(byParent.get(node.parent) ?? []), node.id])
  }
  const found = new Set<string>()
  const waiting = [...ids]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const child of byParent.get(id) ?? []) {
      if (found.has(child)) continue
      found.add(child)
      waiting.push(child)
    }
  }
  return [...found]
}

/** Every platform hangs the children, and the current state, onto the removed one's own parent. */
export function withoutSnapshot(tree: TreeState, id: string): TreeState {
  const gone = tree.nodes.get(id)
  if (gone === undefined) return tree
  const nodes = new Map<string, TreeNode>()
  for (const node of tree.nodes.values()) {
    if (node.id === id) continue
    const rehung = { ...node, parent: gone.parent, parentMissing: gone.parentMissing }
    nodes.set(node.id, node.parent === id ? rehung : node)
  }
  return {
    nodes,
    current: tree.current === id ? gone.parent : tree.current,
    currentUnknown: tree.currentUnknown && nodes.size > 0,
  }
}

/** A new snapshot stands on what the current state stood on, and the current state on it. `id` need only be unique. */
export function withSnapshot(tree: TreeState, id: string, name: string): TreeState {
  const nodes = new Map(tree.nodes)
  nodes.set(id, { id, name, parent: tree.current, parentMissing: null })
  return { nodes, current: id, currentUnknown: false }
}

export const standingOn = (tree: TreeState, id: string): TreeState => ({ ...tree, current: id, currentUnknown: false })

export const nameIn = ({ nodes }: TreeState, id: string | null): string | null =>
  id === null ? null : (nodes.get(id)?.name ?? null)

/** The tree and the power in the words of a prediction. */
export function predict(tree: TreeState, power: Power): Predicted {
  const snapshots = [...tree.nodes.values()].map(({ name, parent, parentMissing }) => ({
    name,
    parentName: nameIn(tree, parent) ?? parentMissing,
  }))
  return {
    snapshots: orderSnapshots(snapshots),
    currentParentName: nameIn(tree, tree.current),
    ...(tree.currentUnknown ? { currentUnknown: true } : {}),
    power,
  }
}
