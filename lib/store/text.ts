/** Text from the world made fit for PostgreSQL, which refuses U+0000 and lone surrogates, and kept within bounds. */

/** Longer texts of a hypervisor (descriptions, configuration values) are cut: nobody reads them, every reader pays. */
export const MAX_TEXT_LENGTH = 16_384
const CUT_MARK = '…'

const NUL = '\u0000'
const REPLACEMENT = '\ufffd'

/** Replaces NUL by U+FFFD, lone surrogates by U+FFFD, and cuts after `max` UTF-16 units. */
export function cleanText(text: string, max: number = MAX_TEXT_LENGTH): string {
  let clean = text.includes(NUL) ? text.replaceAll(NUL, REPLACEMENT) : text
  if (clean.length > max) clean = clean.slice(0, max - 1) + CUT_MARK
  return wellFormed(clean)
}

/** JSON text of a value with every string in it (keys too) cleaned. */
export function cleanJson(value: unknown): string {
  const json = JSON.stringify(value)
  // JSON.stringify writes NUL and lone surrogates as escapes; without an escape there is nothing to clean.
  if (!/\\u(?:0000|d[89a-f])/i.test(json) && json.length <= MAX_TEXT_LENGTH) return json
  return JSON.stringify(cleanValue(value))
}

/**
 * JSON text of our own making that must come back as it was: NUL and lone surrogates are replaced, nothing is cut.
 * A plan that lost the end of a file name would be another plan.
 */
export function strictJson(value: unknown): string {
  const json = JSON.stringify(value)
  return /\\u(?:0000|d[89a-f])/i.test(json) ? JSON.stringify(cleanValue(value, Number.MAX_SAFE_INTEGER)) : json
}

function cleanValue(value: unknown, max: number = MAX_TEXT_LENGTH): unknown {
  if (typeof value === 'string') return cleanText(value, max)
  if (Array.isArray(value)) return value.map((inner) => cleanValue(inner, max))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [cleanText(key, max), cleanValue(inner, max)]),
    )
  }
  return value
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, REPLACEMENT)
