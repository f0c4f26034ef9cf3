/** Files that nothing refers to, by what they seem to be. */
import type { Leftover, LeftoverFile } from '@/lib/domain/storage'
import type { Bytes } from '@/lib/domain/units'

/**
 * Names that memory files are given: Proxmox VE's `vm-101-state-before`, libvirt's and our own `.mem`, `.save`. A name
 * proves nothing: it says where to look first.
 */
const MEMORY_NAMES = /(?:^|\/)vm-\d+-state-[^/]+$|\.(?:mem|memory|memstate|save|vmem|vmsn)$/i

export const looksLikeMemory = (name: string): boolean => MEMORY_NAMES.test(name)

/** Memory files apart from the rest. Half a sum is not a sum: one size that is not told makes none. */
export function sortLeftover(files: readonly LeftoverFile[]): { memory: Leftover; others: Leftover } {
  const memory = files.filter(({ name }) => looksLikeMemory(name))
  const others = files.filter(({ name }) => !looksLikeMemory(name))
  return { memory: addUp(memory), others: addUp(others) }
}

const addUp = (files: readonly LeftoverFile[]): Leftover => ({
  files: files.length,
  bytes: files.reduce<Bytes | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0),
})
