import { quantile } from './quantile'

/** Means of `width` values in a row, one for every place where they fit; gaps are left out, NaN where all are. */
export function movingMeans(values: Float64Array, width: number): Float64Array {
  const means = new Float64Array(Math.max(0, values.length - width + 1))
  let sum = 0
  let count = 0
  for (const [index, value] of values.entries()) {
    if (!Number.isNaN(value)) {
      sum += value
      count += 1
    }
    const gone = values[index - width]
    if (gone !== undefined && !Number.isNaN(gone)) {
      sum -= gone
      count -= 1
    }
    if (index >= width - 1) means[index - width + 1] = count === 0 ? Number.NaN : sum / count
  }
  return means
}

/** Rounds of fitting: once as it is, once with outliers weighed down; a third hardly moves the slope. */
const ROUNDS = 2
/** Residuals up to this many usual ones count in full (Huber). */
const IN_FULL = 1.345

/** Rise from one place to the next of the line through the values; NaN are gaps. 0 for fewer than two values. */
export function fitSlope(values: Float64Array): number {
  const weights = new Float64Array(values.length)
  let line = leastSquares(values, null)
  for (let round = 1; round < ROUNDS; round += 1) {
    const residuals = new Float64Array(values.length)
    let read = 0
    for (let place = 0; place < values.length; place += 1) {
      const residual = Math.abs((values[place] ?? Number.NaN) - line.level - line.slope * place)
      if (!Number.isNaN(residual)) {
        residuals[read] = residual
        read += 1
      }
    }
    const usual = 1.4826 * quantile(residuals.subarray(0, read), 0.5)
    if (!(usual > 0)) break
    for (let place = 0; place < values.length; place += 1) {
      const residual = Math.abs((values[place] ?? Number.NaN) - line.level - line.slope * place)
      weights[place] = residual <= IN_FULL * usual ? 1 : (IN_FULL * usual) / residual
    }
    line = leastSquares(values, weights)
  }
  return line.slope
}

/** One pass: sums around the middle place, so that large values lose no digits. `weights` null = all count alike. */
function leastSquares(values: Float64Array, weights: Float64Array | null): { slope: number; level: number } {
  const middle = (values.length - 1) / 2
  let [weight, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0]
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const own = weights === null ? 1 : (weights[place] ?? 0)
    const x = place - middle
    weight += own
    sumX += own * x
    sumY += own * value
    sumXX += own * x * x
    sumXY += own * x * value
  }
  const spread = sumXX - (sumX * sumX) / weight
  const slope = spread > 0 ? (sumXY - (sumX * sumY) / weight) / spread : 0
  return { slope, level: sumY / weight - slope * (sumX / weight + middle) }
}
