/**
 * The treegrid's keyboard, as WAI-ARIA describes it for rows: ↑↓ and j/k move, → opens or goes to the first child row,
 * ← closes or goes to the parent row, Home and End jump, letters find a name.
 */
import type { TreeRow } from '@/lib/engine/chain/lanes'

/** `focus`: move to that row. `toggle`: open or close it. `open`: show its details. */
export type TreeMove = { do: 'focus'; index: number } | { do: 'toggle'; index: number } | { do: 'open'; index: number }

/** What a key does on the row at `index`; null = not ours, let the browser have it. */
export function moveForKey(rows: readonly TreeRow[], index: number, key: string): TreeMove | null {
  const row = rows[index]
  if (row === undefined) return null
  const focus = (to: number): TreeMove | null => (to >= 0 && to < rows.length ? { do: 'focus', index: to } : null)
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return focus(index + 1)
    case 'ArrowUp':
    case 'k':
      return focus(index - 1)
    case 'Home':
      return focus(0)
    case 'End':
      return focus(rows.length - 1)
    case 'PageDown':
      return focus(Math.min(rows.length - 1, index + 10))
    case 'PageUp':
      return focus(Math.max(0, index - 10))
    case 'ArrowRight': {
      if (row.kind === 'fold' || row.expanded === false) return { do: 'toggle', index }
      const child = rows.findIndex((candidate) => candidate.parentRowId === row.id)
      return child === -1 ? null : focus(child)
    }
    case 'ArrowLeft': {
      if (row.expanded === true) return { do: 'toggle', index }
      const parent = rows.findIndex((candidate) => candidate.id === row.parentRowId)
      return parent === -1 ? null : focus(parent)
    }
    case 'Enter':
    case ' ':
      return row.kind === 'fold' ? { do: 'toggle', index } : { do: 'open', index }
    default:
      return null
  }
}

/** The next row after `index` whose name begins with `typed`, around the end; -1 = none. */
export function findByName(names: readonly string[], index: number, typed: string): number {
  const wanted = typed.toLowerCase()
  for (let step = 1; step <= names.length; step += 1) {
    const at = (index + step) % names.length
    if (names[at]?.toLowerCase().startsWith(wanted)) return at
  }
  return -1
}
