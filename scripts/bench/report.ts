/** What a bench found: a figure beside the promise it is held to. */
export type Figure = {
  bench: string
  /** what was measured, in words */
  what: string
  value: number
  unit: 'ms' | 's' | 'MB' | 'kB' | 'times' | 'frames' | 'scripts' | 'routes' | '%' | 'cases' | 'a minute' | 'h'
  target: { most: number } | { least: number }
  /** how it came about: repeats, spread, what was extrapolated */
  note: string
}

export type Bench = {
  name: string
  /** one line for the list of benches */
  about: string
  /** it runs the product's pieces in its own process: nothing of the product needs to be built first */
  needsNoBuild?: true
  run(context: BenchContext): Promise<Figure[]>
}

export type BenchContext = {
  /** one line about what is being done; never part of the result */
  say(line: string): void
  /** what was given as `--name=value` */
  options: ReadonlyMap<string, string>
}

export const isMet = ({ value, target }: Figure): boolean =>
  Number.isFinite(value) && ('most' in target ? value <= target.most : value >= target.least)

/** One line per figure: met or missed, what, the figure, its target, how it came about. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    isMet(figure) ? 'met' : 'MISSED',
    figure.bench,
    figure.what,
    `${formatValue(figure.value)} ${figure.unit}`,
    'most' in figure.target ? `≤ ${figure.target.most}` : `≥ ${figure.target.least}`,
    figure.note,
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Three digits that matter. */
function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return Number.isInteger(value) ? String(value) : value.toFixed(digits)
}
