import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { StorageDetail } from '@/lib/domain/view'
import { storageDetail } from '@/lib/store/inventory-storages'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const getStorageInput = z.object({ id: storageId })

/** One storage with what is in it. */
export const getStorage: Verb<z.output<typeof getStorageInput>, StorageDetail> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const storage = await storageDetail(ctx.store, input.id, ctx.now)
  return storage === null ? refused({ code: 'missing', what: 'storage', name: input.id }) : ok(storage)
}
