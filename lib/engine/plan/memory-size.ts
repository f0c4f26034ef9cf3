/** How much saved memory takes, at most: pages of zeros are not written, so there is no lower bound. */
import { type ByteRange, MIB } from '@/lib/domain/units'
import type { Context } from './context'
import { upTo } from './ranges'

/** Device states and tables beside the guest's memory. */
const DEVICE_STATE = 64 * MIB

export const memoryBytes = ({ known }: Context): ByteRange =>
  upTo(known.facts.memoryBytes === null ? null : known.facts.memoryBytes + DEVICE_STATE)

/** While pages change they are written again: Proxmox sets aside twice the memory and 500 MiB [qemu-server]. */
export const stateVolume = ({ known }: Context): ByteRange =>
  upTo(known.facts.memoryBytes === null ? null : 2 * known.facts.memoryBytes + 500 * MIB)
