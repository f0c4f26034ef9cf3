import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { StorageForecast } from '@/lib/domain/storage'
import { effectiveSpace } from '@/lib/engine/storage/effective'
import { storageRow } from '@/lib/store/inventory-storages'
import { readForecast } from '@/lib/store/storage-past'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const storageForecastInput = z.object({ id: storageId })

/** When a storage will be full, as far as its past can tell, and how much of it can truly be used. */
export const storageForecast: Verb<z.output<typeof storageForecastInput>, StorageForecast> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const storage = await storageRow(ctx.store, input.id, ctx.now)
  if (storage === null) return refused({ code: 'missing', what: 'storage', name: input.id })
  const kept = await readForecast(ctx.store, input.id)
  return ok({
    forecast: kept?.forecast ?? { status: 'silent', because: 'history-short', hasMillis: 0 },
    madeAt: kept?.madeAt ?? null,
    effective: effectiveSpace(storage),
  })
}
