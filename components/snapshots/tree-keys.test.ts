import { describe, expect, it } from 'vitest'
import { layoutLanes } from '@/lib/engine/chain/lanes'
import { buildTree } from '@/lib/engine/chain/tree'
import { findByName, moveForKey } from './tree-keys'

const snapshot = (name: string, parent: string | null) => ({
  nativeId: name,
  name,
  parent,
  parentMissing: null,
  createdAt: `2026-01-0${name.length}T00:00:00.000Z`,
})
// a ─ bb ─ (current), and a side branch ccc under a
const tree = buildTree([snapshot('a', null), snapshot('bb', 'a'), snapshot('ccc', 'a')], 'bb')
const rows = layoutLanes(tree)
const at = (id: string) => rows.findIndex((row) => row.id === id)

describe('treegrid keys', () => {
  it('moves down and up by arrows and by j and k, and stops at the ends', () => {
    expect(moveForKey(rows, 0, 'ArrowDown')).toEqual({ do: 'focus', index: 1 })
    expect(moveForKey(rows, 1, 'k')).toEqual({ do: 'focus', index: 0 })
    expect(moveForKey(rows, 0, 'ArrowUp')).toBeNull()
    expect(moveForKey(rows, rows.length - 1, 'j')).toBeNull()
    expect(moveForKey(rows, 2, 'Home')).toEqual({ do: 'focus', index: 0 })
    expect(moveForKey(rows, 0, 'End')).toEqual({ do: 'focus', index: rows.length - 1 })
  })

  it('goes to the parent row with ← and closes an open row first', () => {
    expect(moveForKey(rows, at('s:ccc'), 'ArrowLeft')).toEqual({ do: 'focus', index: at('s:a') })
    expect(moveForKey(rows, at('s:a'), 'ArrowLeft')).toEqual({ do: 'toggle', index: at('s:a') })
  })

  it('opens a closed row with → and then goes to its first child', () => {
    const closed = layoutLanes(tree, { collapsed: new Set(['a']) })
    const index = closed.findIndex((row) => row.id === 's:a')
    expect(moveForKey(closed, index, 'ArrowRight')).toEqual({ do: 'toggle', index })
    expect(moveForKey(rows, at('s:a'), 'ArrowRight')).toEqual({ do: 'focus', index: at('s:ccc') })
  })

  it('shows details on Enter and leaves other keys alone', () => {
    expect(moveForKey(rows, 1, 'Enter')).toEqual({ do: 'open', index: 1 })
    expect(moveForKey(rows, 1, 'g')).toBeNull()
    expect(moveForKey([], 0, 'Enter')).toBeNull()
  })
})

describe('type-ahead', () => {
  it('finds the next name that begins so, around the end, in any case', () => {
    const names = ['', 'Before update', 'baseline', '基线']
    expect(findByName(names, 1, 'b')).toBe(2)
    expect(findByName(names, 2, 'B')).toBe(1)
    expect(findByName(names, 0, '基')).toBe(3)
    expect(findByName(names, 0, 'zz')).toBe(-1)
  })
})
