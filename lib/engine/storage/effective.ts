/** How much of a storage a guest can truly write, and what says so. */
import type { EffectiveSpace } from '@/lib/domain/storage'
import type { Bytes } from '@/lib/domain/units'

/**
 * The space a writer without root's reserve has. libvirt's pool counts blocks reserved for root as free, so that its
 * figure is an upper bound; where the file system itself was asked, that answer counts.
 */
export function effectiveSpace(storage: {
  source: string
  capacityBytes: Bytes | null
  usedBytes: Bytes | null
  availableBytes: Bytes | null
  usableBytes: Bytes | null
}): EffectiveSpace {
  const { source, capacityBytes, usedBytes, availableBytes, usableBytes } = storage
  if (usableBytes !== null && usedBytes !== null) {
    return {
      capacityBytes: usedBytes + usableBytes,
      availableBytes: usableBytes,
      confidence: 'exact',
      source: 'file-system',
    }
  }
  if (capacityBytes === null) return { capacityBytes, availableBytes, confidence: 'unknown', source: 'not-told' }
  if (source === 'libvirt-pool') {
    return { capacityBytes, availableBytes, confidence: 'at-most', source: 'pool-upper-bound' }
  }
  return { capacityBytes, availableBytes, confidence: 'exact', source: 'told' }
}
