/** libvirt's version, and from which one on it can do what we ask about. Sources: the recordings of 9.0.0 and 11.3.0. */

/** libvirt packs a version as major × 1,000,000 + minor × 1,000 + release. */
export type LibvirtVersion = number

export const versionOf = (text: string): LibvirtVersion => {
  const [major = 0, minor = 0, release = 0] = text.split('.').map(Number)
  return major * 1_000_000 + minor * 1_000 + release
}

export const versionText = (version: LibvirtVersion): string =>
  `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1_000) % 1_000}.${version % 1_000}`

/** Older ones lack calls we cannot do without (listing of storage volumes, stats of backing files). */
export const OLDEST_SUPPORTED = '5.0.0'

export const GATES = {
  /** deleting an external snapshot: 9.0 merges linear chains */
  deleteExternal: '9.0.0',
  /** deleting one that was taken, and is deleted, while the guest is off: fails in 9.0, works in 11.3 */
  deleteExternalOffline: '9.9.0',
  /** reverting to an external snapshot: absent in 9.0, present in 11.3; libvirt's news names 9.9 */
  revertExternal: '9.9.0',
  /** internal snapshots of UEFI guests, with their variables: absent in 9.0, present in 11.3; news names 10.10 */
  internalUefi: '10.10.0',
} as const

export const reaches = (version: LibvirtVersion, gate: string): boolean => version >= versionOf(gate)
