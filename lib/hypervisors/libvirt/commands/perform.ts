/** Which file does which command. What libvirt has no word for is refused with the reason, never approximated. */

import type { Command } from '@/lib/domain/command'
import { unreachable } from '@/lib/domain/result'
import { checkImage } from './check-image'
import { type CommandContext, refuse } from './context'
import { deleteSnapshot } from './delete'
import { forkGuest } from './fork'
import { finishJob, mergeChain } from './merge'
import { changePower, discardSavedMemory, thawGuest } from './power'
import { rollBack } from './rollback'
import { takeSnapshot } from './take'
import { adoptSnapshot, deleteData } from './unmanaged'
import { deleteVolume } from './volumes'

/** Does one command to its end; resolves with warnings. */
export async function perform(command: Command, context: CommandContext): Promise<readonly string[]> {
  switch (command.do) {
    case 'snapshot.take':
      return takeSnapshot(command, context)
    case 'snapshot.rollback':
      return rollBack(command, context)
    case 'snapshot.delete':
      return deleteSnapshot(command, context)
    case 'snapshot.delete-data':
      return deleteData(command, context)
    case 'snapshot.adopt':
      return adoptSnapshot(command, context)
    case 'chain.merge':
      return mergeChain(command, context)
    case 'chain.finish-job':
      return finishJob(command, context)
    case 'guest.power':
      return changePower(command, context)
    case 'guest.thaw':
      return thawGuest(command, context)
    case 'guest.discard-saved-memory':
      return discardSavedMemory(command, context)
    case 'guest.fork':
      return forkGuest(command, context)
    case 'volume.delete':
      return deleteVolume(command, context)
    case 'image.check':
      return checkImage(command, context)
    case 'guest.set-tags':
      return refuse({ code: 'rejected', text: 'libvirt keeps no tags and no protection of a guest' })
    case 'guest.unlock':
      return refuse({ code: 'rejected', text: 'libvirt keeps no lock that outlives its own task' })
    default:
      return unreachable(command)
  }
}
