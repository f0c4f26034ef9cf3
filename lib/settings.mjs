import { isIP } from 'node:net'

// Plain JavaScript on purpose: the launcher reads these before anything is built, the programs after.

export const DEFAULT_PORT = 3000
export const DEFAULT_HOST = '127.0.0.1'

/**
 * A TCP port; 0 lets the system choose one.
 * @param {string | undefined} text empty counts as unset (compose files pass unset variables that way)
 * @returns {number}
 * @throws {Error} when it is no port
 */
export function readPort(text) {
  if (text === undefined || text === '') return DEFAULT_PORT
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new Error(
      `The port must be a number from 0 to 65535, and "${text}" is not: give another with --port or PORT.`,
    )
  }
  return Number(text)
}

/**
 * The public address as an origin (`https://snapwarden.example`), or null when unset.
 * @param {string | undefined} text
 * @returns {string | null}
 * @throws {Error} when it is not an http(s) address, or has a path, a query or a password
 */
export function readPublicUrl(text) {
  if (text === undefined || text.trim() === '') return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol) || `${url.origin}/` !== url.href) {
    throw new Error(`The public address must look like https://snapwarden.example, without a path; "${text}" does not.`)
  }
  return url.origin
}

/**
 * Addresses and networks whose X-Forwarded-* headers count, split at commas and spaces.
 * @param {string | undefined} text
 * @returns {string[]}
 * @throws {Error} naming the entry that is neither
 */
export function readTrustedProxies(text) {
  const entries = (text ?? '').split(/[\s,]+/).filter((entry) => entry !== '')
  for (const entry of entries) {
    const [address = '', bits, ...rest] = entry.split('/')
    const most = isIP(address) === 6 ? 128 : 32
    const wellFormed = isIP(address) !== 0 && rest.length === 0
    if (!wellFormed || (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most))) {
      throw new Error(
        `SNAPWARDEN_TRUSTED_PROXIES takes IP addresses and networks like 10.0.0.0/8; "${entry}" is neither.`,
      )
    }
  }
  return entries
}
