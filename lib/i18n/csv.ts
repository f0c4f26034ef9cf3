/**
 * Comma-separated values that spreadsheets open as text. A cell that begins like a formula gets a leading apostrophe:
 * names come from hypervisors, and anybody who can name a guest could otherwise run a formula on an office desktop.
 */

const FORMULA = /^[=+\-@\t\r]/

/** One cell, quoted where needed (RFC 4180). Null is an empty cell: not known is not zero. */
export function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A whole file: byte-order mark so that Excel reads UTF-8, CRLF lines. */
export function csvFile(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return `\ufeff${[head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`
}
