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

/** Rounds of weighing outliers down; the slope hardly moves after the second. */
const ROUNDS = 3
/** Residuals up to this many usual ones count in full (Huber). */
const IN_FULL = 1.345

/** Rise from one place to the next of the line through the values; NaN are gaps. 0 for fewer than two values. */
export function fitSlope(values: Float64Array): number {
  const weights = new Float64Array(values.length).fill(1)
  let line = leastSquares(values, weights)
  for (let round = 1; round < ROUNDS; round += 1) {
    const residuals = values.map((value, place) => Math.abs(value - line.level - line.slope * place))
    const usual =
      1.4826 *
      quantile(
        residuals.filter((residual) => !Number.isNaN(residual)),
        0.5,
      )
    if (!(usual > 0)) break
    for (const [place, residual] of residuals.entries()) {
      weights[place] = residual <= IN_FULL * usual ? 1 : (IN_FULL * usual) / residual
    }
    line = leastSquares(values, weights)
  }
  return line.slope
}

function leastSquares(values: Float64Array, weights: Float64Array): { slope: number; level: number } {
  let weight = 0
  let sumX = 0
  let sumY = 0
  for (const [place, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const own = weights[place] ?? 0
    weight += own
    sumX += own * place
    sumY += own * value
  }
  const [meanX, meanY] = [sumX / weight, sumY / weight]
  let covariance = 0
  let variance = 0
  for (const [place, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const own = weights[place] ?? 0
    covariance += own * (place - meanX) * (value - meanY)
    variance += own * (place - meanX) ** 2
  }
  const slope = variance > 0 ? covariance / variance : 0
  return { slope, level: meanY - slope * meanX }
}
