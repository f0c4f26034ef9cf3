import { posix } from 'node:path'
import { decode } from './element'

/** One spelling per file (`/a//b/../c` → `/a/c`), so that what two places name can be compared. Other text stays. */
export const normalPath = (path: string): string =>
  path.startsWith('/') && (path.includes('//') || path.includes('/.')) ? posix.normalize(path) : path

/**
 * Every absolute path named anywhere in an XML of libvirt's: as an attribute's whole value or an element's whole text.
 * This is wider than "files of disks" on purpose. It answers whether anything at all names a file (kernels, variable
 * stores, logs, images of a disk detached since), so that nothing named is ever called an orphan.
 * A scan, not a parse: a snapshot carries a whole domain, and thousands of them must be looked through.
 */
export function namedPaths(xml: string): string[] {
  const found = new Set<string>()
  for (let at = xml.indexOf('/'); at !== -1; at = xml.indexOf('/', at + 1)) {
    const opener = xml[at - 1]
    if (opener !== "'" && opener !== '"' && opener !== '>') continue
    const end = xml.indexOf(opener === '>' ? '<' : opener, at)
    if (end === -1) break
    if (end > at + 1) found.add(xml.slice(at, end))
    at = end - 1
  }
  return [...new Set(Array.from(found, (path) => normalPath(decode(path).trimEnd())))]
}
