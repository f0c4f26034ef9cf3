/** How people reach this installation, and whether a request came from there. */

/**
 * The origin requests must come from: the configured public address, else scheme and host of the request itself.
 * Our HTTP server has dropped X-Forwarded-* headers that no trusted proxy set, so what is left may be believed.
 * @returns null when the request names no usable host
 */
export function expectedOrigin(headers: Headers, publicUrl: string | null): string | null {
  if (publicUrl !== null) return publicUrl
  const host = first(headers.get('x-forwarded-host')) ?? headers.get('host')
  const scheme = first(headers.get('x-forwarded-proto')) === 'https' ? 'https' : 'http'
  if (host === null || host === '') return null
  const text = `${scheme}://${host}`
  return URL.canParse(text) ? new URL(text).origin : null
}

/**
 * Whether a state-changing request was made by one of our own pages. A browser always sends Origin with a POST, so a
 * missing one is a no.
 */
export function comesFromUs(headers: Headers, publicUrl: string | null): boolean {
  const origin = headers.get('origin')
  return origin !== null && origin !== 'null' && origin === expectedOrigin(headers, publicUrl)
}

/** The client's address as our HTTP server wrote it; null when there is none. */
export function clientAddress(headers: Headers): string | null {
  const address = first(headers.get('x-forwarded-for'))
  if (address === null) return null
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address.slice(0, 64)
}

function first(list: string | null): string | null {
  const text = list?.split(',')[0]?.trim()
  return text === undefined || text === '' ? null : text
}
