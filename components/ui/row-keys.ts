'use client'
import { useLayoutEffect, useRef } from 'react'

/** The rows drawn, top to bottom, each with the key React knows its elements by. */
export type DrawnRows = { keys: ReadonlyMap<string, number>; order: readonly string[]; next: number }

export const NOTHING_DRAWN: DrawnRows = { keys: new Map(), order: [], next: 0 }

/**
 * Keys for `ids`. A row that stays keeps its elements wherever it moves. A new one takes over those of the row that
 * stood in its place and is gone, so that a keystroke in a filter rewrites texts instead of building thirty rows anew:
 * that is half of its time to paint. The elements of `kept` are given to nobody, because focus may be in them.
 */
export function drawInPlace(before: DrawnRows, ids: readonly string[], kept: string | null): DrawnRows {
  const staying = new Set(ids)
  const keys = new Map<string, number>()
  let { next } = before
  ids.forEach((id, place) => {
    const predecessor = before.order[place]
    const free = predecessor !== undefined && predecessor !== kept && !staying.has(predecessor)
    const key = before.keys.get(id) ?? (free ? before.keys.get(predecessor) : undefined)
    keys.set(id, key ?? next)
    if (key === undefined) next += 1
  })
  return { keys, order: ids, next }
}

/** `drawInPlace` from one drawing to the next. */
export function useKeysInPlace(ids: readonly string[], kept: string | null): ReadonlyMap<string, number> {
  const before = useRef(NOTHING_DRAWN)
  const drawn = drawInPlace(before.current, ids, kept)
  useLayoutEffect(() => {
    before.current = drawn
  })
  return drawn.keys
}
