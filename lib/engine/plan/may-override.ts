import type { Check, CheckId } from '@/lib/domain/plan'

/**
 * What an administrator may go on in spite of, by name: guards of ours where a person may know better, and facts that
 * could not be read. Never what the hypervisor would refuse, nor a hold, nor an image known to be read by others.
 */
const OVERRIDABLE = new Set<CheckId>(['space-for-plan', 'not-backup-owned', 'chain-depth', 'fresh-enough'])

/** Whether naming this check in `override` would have an effect; pages offer it only then. */
export const mayOverride = (id: CheckId, { verdict, by }: Pick<Check, 'verdict' | 'by'>): boolean =>
  by !== 'hypervisor' && (verdict === 'unknown' || OVERRIDABLE.has(id))
