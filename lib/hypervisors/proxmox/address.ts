/** The address of a Proxmox VE server as people write it. */
import { type Outcome, ok, refused } from '@/lib/domain/result'

/** pveproxy's own port, where nobody says another. */
const PORT = 8006

/**
 * Reads `pve1`, `pve1:8006`, `10.0.0.11`, `[fd00::11]` or `https://pve.example:443`. Only HTTPS, no user, no path: the
 * API lies at the root of every Proxmox VE server, also behind a reverse proxy.
 * @returns `https://host:port`, the port always named
 */
export function readServerUrl(text: string): Outcome<string> {
  const typed = text.trim()
  const wrong = refused({ code: 'address-invalid', problem: 'url', part: typed })
  if (typed === '' || /[\s\\]/.test(typed) || typed.startsWith('-')) return wrong
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`
  if (!URL.canParse(withScheme)) return wrong
  const url = new URL(withScheme)
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (url.protocol !== 'https:' || !bare || url.hostname === '') return wrong
  // URL drops 443 as the scheme's own; whoever typed it means it.
  const named = /:(\d+)\/?$/.exec(withScheme)?.[1]
  return ok(`https://${url.hostname}:${url.port !== '' ? url.port : (named ?? String(PORT))}`)
}

/** How an address is called in a sentence. */
export const nameOfServer = (url: string): string => new URL(url).hostname
