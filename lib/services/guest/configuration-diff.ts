import { z } from 'zod'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import { ok, refused } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type { ConfigurationChange } from '@/lib/domain/view'
import { guestDetail } from '@/lib/store/inventory-guests'
import { askWorker } from '@/lib/store/questions'
import { mayNot, type Verb } from '../context'
import { guestId, snapshotId } from '../fields'

/** Somebody looks at a drawer: longer than this and they would rather be told. */
const PATIENCE = 10 * SECOND

export const diffConfigurationInput = z.object({ id: guestId, snapshot: snapshotId })

/**
 * What differs between a guest's configuration at a snapshot and now, by key. The saved one is read from the
 * hypervisor, by the worker, when somebody looks.
 */
export const diffConfiguration: Verb<
  z.output<typeof diffConfigurationInput>,
  { changes: ConfigurationChange[] }
> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const guest = await guestDetail(ctx.store, input.id, ctx.now)
  if (guest === null) return refused({ code: 'missing', what: 'guest', name: input.id })
  if (!guest.snapshots.some((snapshot) => snapshot.id === input.snapshot)) {
    return refused({ code: 'missing', what: 'snapshot', name: input.snapshot })
  }
  if (guest.configuration === null) {
    return refused(guest.configurationFreshness.unread ?? { code: 'not-told', by: guest.connectionName })
  }
  const then = await askWorker(
    ctx.store,
    { connectionId: guest.connectionId, kind: 'configuration-at', input: { snapshotId: input.snapshot } },
    PATIENCE,
  )
  return then.ok ? ok({ changes: changesBetween(then.value, guest.configuration) }) : then
}

/** Keys that differ, in the order of their names; a side is null where the key is absent. */
function changesBetween(then: ConfigurationMap, now: ConfigurationMap): ConfigurationChange[] {
  const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort()
  return (
    keys
      // biome-ignore lint/suspicious/noThenProperty: the view's word for "at the snapshot"; it is text, never a function
      .map((key) => ({ key, then: then[key] ?? null, now: now[key] ?? null }))
      .filter((change) => change.then !== change.now)
  )
}
