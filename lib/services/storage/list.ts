import { ok } from '@/lib/domain/result'
import type { StorageRow } from '@/lib/domain/view'
import { listStorages as readStorages } from '@/lib/store/inventory-storages'
import { mayNot, type Verb } from '../context'

/** Every storage as last read. */
export const listStorages: Verb<object, StorageRow[]> = async ({ ctx }) =>
  mayNot(ctx, 'inventory.read') ?? ok(await readStorages(ctx.store, ctx.now))
