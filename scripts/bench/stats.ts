/** The value in the middle. @throws RangeError for an empty list */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The smallest value that at least this share (0 … 1) of the values does not exceed. @throws RangeError when empty */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (found === undefined) throw new RangeError('no value was measured')
  return found
}

/** How long `work` takes, ms, with what it answers. */
export async function timed<T>(work: () => Promise<T>): Promise<{ millis: number; value: T }> {
  const began = performance.now()
  const value = await work()
  return { millis: performance.now() - began, value }
}
