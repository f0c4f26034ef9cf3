/**
 * What an image's header names as the image below it, as libvirt tells it of a volume: a path, made absolute; or, as it
 * stands, QEMU's `json:` with the path somewhere inside, or a name with a protocol (run on libvirt 9.0).
 */
import { normalPath } from './paths'

/** Protocols that lead to no file of this host. Others (`nfs:`, `ssh:`, `gluster:`) may lead back to one. */
const ELSEWHERE = new Set(['nbd', 'rbd', 'iscsi', 'http', 'https', 'ftp', 'ftps', 'nvme', 'sheepdog', 'vxhs'])

/** A header holds 1,023 bytes; what is longer was written by nobody who means well. */
const LONGEST = 4_096

/** A path; a name that leads elsewhere, as it stands; null = there is an image below, and which one is not told. */
export function backingName(told: string): string | null {
  if (told.startsWith('/')) return normalPath(told)
  if (told.length > LONGEST) return null
  const [, protocol = '', rest = ''] = /^([a-z][a-z0-9.-]*)(?:\+[a-z]+)?:(.*)$/s.exec(told) ?? []
  if (protocol === 'json') return nameInJson(rest, told)
  if (protocol === 'file') return rest.startsWith('/') ? normalPath(rest) : null
  return ELSEWHERE.has(protocol) ? told : null
}

function nameInJson(json: string, told: string): string | null {
  const options = optionsIn(parsed(json))
  const files = options.flatMap(([key, value]) => (/(^|\.)filename$/.test(key) ? [value] : []))
  const [file] = files
  if (file !== undefined) return files.length === 1 ? backingName(file) : null
  return options.some(([key, value]) => /(^|\.)driver$/.test(key) && ELSEWHERE.has(value)) ? told : null
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Every text in it, with the last part of its key; QEMU takes options nested and flat (`file.filename`) alike. */
function optionsIn(value: unknown): [key: string, value: string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]): [string, string][] =>
    typeof each === 'string' ? [[key, each]] : optionsIn(each),
  )
}
