import { constants } from 'node:os'
import { isLibvirtError } from './rpc/errors'

/**
 * Whether a volume went away under a list that is older: libvirt has none of that name any more, or found no file. A
 * file that is there and could not be looked at (its `int1` is another errno) is not gone.
 */
export const isVolumeGone = (error: unknown): boolean =>
  isLibvirtError(error, 'noStorageVolume') ||
  (isLibvirtError(error, 'systemError') && error.int1 === constants.errno.ENOENT)
