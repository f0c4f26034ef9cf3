/**
 * Keeps one copy of every text, cut loose from what it was read from. V8 makes a substring a window on its parent: a
 * twenty-letter path would otherwise keep the 5 KB of XML it stood in alive, thousands of times over.
 */
export class StringPool {
  readonly #texts = new Map<string, string>()

  keep(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const copy = Buffer.from(text, 'utf8').toString('utf8')
    this.#texts.set(copy, copy)
    return copy
  }

  /** A copy of plain data (objects, arrays, maps, primitives) with every text in it kept by this pool. */
  keepAll<T>(value: T): T {
    return this.#copy(value) as T
  }

  #copy(value: unknown): unknown {
    if (typeof value === 'string') return this.keep(value)
    if (Array.isArray(value)) return value.map((item) => this.#copy(item))
    if (value instanceof Map) {
      const copy = new Map<unknown, unknown>()
      for (const [key, item] of value) copy.set(this.#copy(key), this.#copy(item))
      return copy
    }
    if (typeof value !== 'object' || value === null) return value
    const copy: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) copy[this.keep(key)] = this.#copy(item)
    return copy
  }
}
