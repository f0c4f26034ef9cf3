/** How typed consent stands to what is asked. Counted in characters as people see them, not in UTF-16 units. */
export type TypedMatch = { state: 'none' | 'part' | 'differs' | 'whole'; done: number; total: number }

/** Compares exactly; only white space around what was pasted is forgiven. */
export function matchTyped(asked: string, typed: string): TypedMatch {
  const wanted = [...asked]
  const given = [...typed.trim()]
  const same = given.findIndex((character, index) => character !== wanted[index])
  const done = same === -1 ? given.length : same
  const total = wanted.length
  if (given.length === 0) return { state: 'none', done: 0, total }
  if (same !== -1) return { state: 'differs', done, total }
  return { state: done === total ? 'whole' : 'part', done, total }
}
