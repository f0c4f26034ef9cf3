import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyListing, anyProperListing } from '@/lib/testing/listings'
import { buildTree, type TreeSnapshot } from './tree'

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const snap = (nativeId: string, parent: string | null, minute: number | null = 0): TreeSnapshot => ({
  nativeId,
  name: nativeId,
  parent,
  parentMissing: null,
  createdAt: minute === null ? null : at(minute),
})

describe('buildTree', () => {
  it('orders siblings by time, then name, unknown times last', () => {
    const tree = buildTree([snap('d', null, null), snap('c', null, 2), snap('b', null, 1), snap('a', null, 1)], null)
    expect(tree.roots).toEqual(['a', 'b', 'c', 'd'])
  })

  it('marks the path from the root to the current state as live', () => {
    const tree = buildTree([snap('a', null), snap('b', 'a', 1), snap('c', 'b', 2), snap('x', 'a', 3)], 'c')
    expect(tree.liveChain).toEqual(['a', 'b', 'c'])
    expect(tree.byKey.get('x')?.live).toBe(false)
    expect(tree.byKey.get('c')?.depth).toBe(2)
  })

  it('keeps a snapshot whose parent is gone, beside the roots, and says so', () => {
    const tree = buildTree([snap('a', null), snap('b', 'gone', 1)], 'b')
    expect(tree.roots).toEqual(['a', 'b'])
    expect(tree.byKey.get('b')?.parentMissing).toBe('gone')
    expect(tree.problems).toEqual([{ problem: 'parent-missing', key: 'b', parent: 'gone' }])
  })

  it('says when the current state stands on a snapshot that is not listed', () => {
    const tree = buildTree([snap('a', null)], 'gone')
    expect(tree).toMatchObject({ currentParentKey: null, currentParentMissing: 'gone', liveChain: [] })
  })

  it('cuts a circle at its oldest member', () => {
    const tree = buildTree([snap('a', 'c', 3), snap('b', 'a', 1), snap('c', 'b', 2)], null)
    expect(tree.roots).toEqual(['b'])
    expect(tree.problems).toEqual([{ problem: 'cycle-broken', key: 'b', parentKey: 'a' }])
  })

  it('keeps both of two snapshots with one id', () => {
    const tree = buildTree([snap('a', null, 1), snap('a', null, 0), snap('a#2', 'a', 2)], 'a')
    expect([...tree.byKey.keys()].sort()).toEqual(['a', 'a#2', 'a#3'])
    expect(tree.problems.map((problem) => problem.problem)).toContain('duplicate-id')
  })

  it('builds a chain of 20,000 without overflowing the stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      snap(`s${index}`, index === 0 ? null : `s${index - 1}`, index),
    )
    expect(buildTree(chain, 's19999').liveChain).toHaveLength(20_000)
  })

  it('lists every snapshot exactly once, parents first, whatever the listing', () => {
    fc.assert(
      fc.property(anyListing, ({ snapshots, currentParent }) => {
        const tree = buildTree(snapshots, currentParent)
        expect(tree.nodes).toHaveLength(snapshots.length)
        expect(new Set(tree.nodes.map((node) => node.snapshot))).toEqual(new Set(snapshots))
        const seen = new Set<string>()
        for (const node of tree.nodes) {
          if (node.parentKey !== null) expect(seen.has(node.parentKey)).toBe(true)
          expect(seen.has(node.key)).toBe(false)
          seen.add(node.key)
        }
      }),
    )
  })

  it('gives the same tree for the same listing in any order', () => {
    fc.assert(
      fc.property(anyProperListing, ({ snapshots, currentParent }) => {
        const shape = (list: TreeSnapshot[]) =>
          buildTree(list, currentParent).nodes.map((node) => [node.key, node.parentKey])
        expect(shape([...snapshots].reverse())).toEqual(shape(snapshots))
      }),
    )
  })

  it('keeps every parent of a proper listing', () => {
    fc.assert(
      fc.property(anyProperListing, ({ snapshots, currentParent }) => {
        const tree = buildTree(snapshots, currentParent)
        expect(tree.problems).toEqual([])
        for (const node of tree.nodes) expect(node.parentKey).toBe(node.snapshot.parent)
      }),
    )
  })
})
