/** Equal as JSON whatever the order of keys: PostgreSQL keeps the keys of jsonb in an order of its own. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => sameJson(item, b[index]))
  }
  const left = definedEntries(a)
  const right = new Map(definedEntries(b))
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}

/** JSON has no undefined: a key that holds it is absent. */
const definedEntries = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, inner]) => inner !== undefined)
