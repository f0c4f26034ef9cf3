import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { StorageSpace } from '@/lib/domain/storage'
import { storageSpace as readSpace } from '@/lib/store/guest-space'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const storageSpaceInput = z.object({ id: storageId })

/** What takes the space of a storage by guest, and who made it grow since yesterday. */
export const storageSpace: Verb<z.output<typeof storageSpaceInput>, StorageSpace> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const space = await readSpace(ctx.store, input.id, ctx.now)
  return space === null ? refused({ code: 'missing', what: 'storage', name: input.id }) : ok(space)
}
