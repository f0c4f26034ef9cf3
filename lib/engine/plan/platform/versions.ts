/** Compares versions as hypervisors tell them: numbers between dots, whatever follows them. */

/** Whether `has` is at least `needs`; null = the version was not told. */
export function reaches(has: string | null, needs: string): boolean | null {
  if (has === null) return null
  const left = numbers(has)
  const right = numbers(needs)
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

const numbers = (version: string): number[] =>
  version
    .split(/[.-]/)
    .map((part) => Number.parseInt(part, 10))
    .filter((part) => !Number.isNaN(part))
