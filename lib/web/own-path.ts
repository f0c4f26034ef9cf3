/** Where people go on after they signed in: only ever to a page of ours. */

/** The request header in which the proxy tells a page its own path. */
export const PATH_HEADER = 'x-snapwarden-path'

const OWN = 'http://own.invalid'

/**
 * A path of ours with its query as it was asked for, or the overview: a link from elsewhere must not send people to
 * another site after they signed in. The browser's own parser judges, because it is the browser that will go there:
 * it reads `\` as `/`, drops line ends and tabs, and takes `//` for the beginning of a host.
 */
export function ownPath(next: string | readonly string[] | null | undefined): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, OWN)) return '/'
  const { origin, pathname, search, hash } = new URL(next, OWN)
  return origin !== OWN || pathname.startsWith('//') ? '/' : `${pathname}${search}${hash}`
}

/** The page to sign in on, which leads back to where somebody wanted to go. */
export function signInPath(wanted: string | null): string {
  const path = ownPath(wanted)
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
}
