import { type Outcome, ok, refused } from '@/lib/domain/result'
import { backingName } from './backing-name'
import { attribute, child, descendant, parseXml, scaledBytes, text, trimmedText } from './element'
import { normalPath } from './paths'

export type PoolXml = { uuid: string; name: string; type: string; path: string | null }

export type VolumeXml = {
  name: string
  /** unique on the host */
  key: string
  /** file, block, dir, network, netdir, ploop */
  type: string
  path: string | null
  format: string
  capacityBytes: number | null
  allocationBytes: number | null
  /** the image this one reads through to; null = none; a path of null = there is one, and which is not told */
  backing: { path: string | null; format: string | null } | null
  /** when its bytes last changed, as the host writes it; only ever compared */
  modified: string | null
}

/** Parses the XML of a storage pool. */
export function parsePool(xml: string, name: string): Outcome<PoolXml> {
  const parsed = parseXml(xml, 'pool', { what: 'storage', name })
  if (!parsed.ok) return parsed
  const uuid = trimmedText(parsed.value, 'uuid')
  if (uuid === null) return refused({ code: 'malformed', what: 'storage', name, problem: 'it has no UUID' })
  const poolPath = text(descendant(parsed.value, 'target', 'path'))
  return ok({
    uuid,
    name: text(child(parsed.value, 'name')) ?? name,
    type: attribute(parsed.value, 'type') ?? 'unknown',
    path: poolPath === null || poolPath === '' ? null : normalPath(poolPath),
  })
}

/** Parses the XML of a storage volume. */
export function parseVolume(xml: string, name: string): Outcome<VolumeXml> {
  const parsed = parseXml(xml, 'volume', { what: 'volume', name })
  if (!parsed.ok) return parsed
  const volume = parsed.value
  const key = text(child(volume, 'key'))
  if (key === null) return refused({ code: 'malformed', what: 'volume', name, problem: 'it has no key' })
  const target = child(volume, 'target')
  const backing = child(volume, 'backingStore')
  const path = text(child(target, 'path'))
  const backingPath = text(child(backing, 'path'))
  const backingFormat = attribute(child(backing, 'format'), 'type')
  return ok({
    name: text(child(volume, 'name')) ?? name,
    key,
    type: attribute(volume, 'type') ?? 'file',
    path: path === null || path === '' ? null : normalPath(path),
    format: attribute(child(target, 'format'), 'type') ?? 'raw',
    capacityBytes: scaledBytes(child(volume, 'capacity'), 'bytes'),
    allocationBytes: scaledBytes(child(volume, 'allocation'), 'bytes'),
    // An LVM volume writes an empty <backingStore> where there is none.
    backing:
      backing === null || (backingPath === null && backingFormat === null)
        ? null
        : { path: backingPath === null ? null : backingName(backingPath), format: backingFormat },
    modified: trimmedText(child(target, 'timestamps'), 'mtime'),
  })
}
