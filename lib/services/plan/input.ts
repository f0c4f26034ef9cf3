/** Intents as people and programs send them, and what of our permissions each one needs. */
import { z } from 'zod'
import type { Permission } from '@/lib/domain/permission'
import { CHECK_IDS, type Intent, type SingleIntent } from '@/lib/domain/plan'
import { guestId, snapshotId, storageId } from '../fields'

/** More at once is several decisions. */
const MAX_INTENTS = 500
const MAX_SNAPSHOTS = 1_000
const MAX_TEXT = 2_000

const line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
const note = z.string().max(MAX_TEXT)
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())
const override = z.array(z.enum(CHECK_IDS)).max(CHECK_IDS.length).optional()

const rollback = z.object({
  do: z.literal('rollback'),
  guestId,
  snapshotId,
  safetySnapshot: z.boolean().optional(),
  shutdown: z.boolean().optional(),
  startAfter: z.boolean().optional(),
  deleteNewer: z.boolean().optional(),
  override,
})
const remove = z.object({
  do: z.literal('delete'),
  guestId,
  snapshotIds: z.array(snapshotId).min(1).max(MAX_SNAPSHOTS).optional(),
  snapshotId: snapshotId.optional(),
  children: z.enum(['keep', 'delete']).default('keep'),
  override,
})
const take = z.object({
  do: z.literal('take'),
  guestId,
  name: line.optional(),
  memory: z.boolean().default(false),
  quiesce: z.boolean().default(false),
  kind: z.enum(['internal', 'external']).optional(),
  note: note.optional(),
  purpose: line.optional(),
  owner: line.optional(),
  expiresAt: instant.optional(),
  override,
})
const merge = z.object({
  do: z.literal('merge'),
  guestId,
  disk: line.optional(),
  direction: z.enum(['commit', 'pull']).optional(),
  override,
})
const fix = z.discriminatedUnion('fix', [
  z.object({ fix: z.literal('thaw') }),
  z.object({ fix: z.literal('unlock') }),
  z.object({ fix: z.literal('finish-job'), disk: line, end: z.enum(['pivot', 'abort']) }),
  z.object({ fix: z.literal('remove-entry'), snapshotId }),
  z.object({ fix: z.literal('delete-data'), disk: line, name: line }),
  z.object({ fix: z.literal('adopt'), snapshotId }),
  z.object({ fix: z.literal('delete-leftover'), storageId, volume: z.string().min(1).max(MAX_TEXT) }),
  z.object({ fix: z.literal('discard-saved-memory') }),
  z.object({ fix: z.literal('check-image'), disk: line }),
  z.object({ fix: z.literal('fork'), snapshotId, as: line }),
])
const repair = z.object({ do: z.literal('repair'), guestId, repair: fix, override })

const single = z.discriminatedUnion('do', [rollback, remove, take, merge, repair])
const batch = z.object({
  do: z.literal('batch'),
  intents: z.array(single).min(1).max(MAX_INTENTS),
  onFailure: z.enum(['stop', 'continue']).default('stop'),
  override,
})

/** An intent, checked. `snapshotId` of a delete is one of `snapshotIds`. */
export const intentInput = z
  .discriminatedUnion('do', [rollback, remove, take, merge, repair, batch])
  .transform((given, context): Intent => {
    const singles = given.do === 'batch' ? given.intents : [given]
    for (const [place, each] of singles.entries()) {
      if (each.do === 'delete' && each.snapshotId === undefined && each.snapshotIds === undefined) {
        const path = given.do === 'batch' ? ['intents', place, 'snapshotIds'] : ['snapshotIds']
        context.addIssue({ code: 'custom', path, message: 'is missing: which snapshots?' })
        return z.NEVER
      }
    }
    return asGiven(
      given.do === 'batch' ? { ...given, intents: given.intents.map(asSingle) } : asSingle(given),
    ) as Intent
  })

function asSingle(given: z.output<typeof single>): SingleIntent {
  if (given.do !== 'delete') return asGiven(given) as SingleIntent
  const { snapshotId: one, snapshotIds: many = [], ...rest } = given
  return asGiven({ ...rest, snapshotIds: [...new Set([...(one === undefined ? [] : [one]), ...many])] }) as SingleIntent
}

/** Absent stays absent: zod writes undefined where the type has nothing. */
const asGiven = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined))

const NEEDS: Record<SingleIntent['do'], Permission> = {
  rollback: 'snapshot.rollback',
  delete: 'snapshot.delete',
  take: 'snapshot.take',
  merge: 'snapshot.merge',
  repair: 'guest.repair',
}

/** Everything that carrying out an intent needs, each once. */
export function permissionsFor(intent: Intent | SingleIntent): Permission[] {
  const singles = intent.do === 'batch' ? intent.intents : [intent]
  const needed = new Set<Permission>(singles.map((each) => NEEDS[each.do]))
  if (singles.some((each) => each.do === 'rollback' && each.deleteNewer === true)) needed.add('snapshot.delete')
  if (overridesOf(intent).length > 0) needed.add('plan.override')
  return [...needed]
}

/** The checks that an intent asks to pass over, by name. */
export function overridesOf(intent: Intent | SingleIntent): string[] {
  const own = intent.override ?? []
  const inner = intent.do === 'batch' ? intent.intents.flatMap((each) => each.override ?? []) : []
  return [...new Set([...own, ...inner])]
}

/** The guests an intent names, each once. */
export const guestsOf = (intent: Intent | SingleIntent) => [
  ...new Set((intent.do === 'batch' ? intent.intents : [intent]).map((each) => each.guestId)),
]
