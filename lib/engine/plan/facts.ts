/** What a hypervisor may tell of a guest beyond the common facts; null = it does not. */
import type { GuestFacts } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Instant } from '@/lib/domain/units'

export type FurtherFacts = {
  /** what holds its configuration, in the hypervisor's word; null = nothing, or not told */
  lock: string | null
  template: boolean
  ha: boolean | null
  replicated: boolean | null
  protected: boolean | null
  birthMark: string | null
  tasks: { task: string; by: string; since: Instant | null }[] | null
  lastBackup: { at: Instant | null } | null
}

const NOT_TOLD: FurtherFacts = {
  lock: null,
  template: false,
  ha: null,
  replicated: null,
  protected: null,
  birthMark: null,
  tasks: null,
  lastBackup: null,
}

/** The further facts of a guest, each null where its hypervisor has no such thing. */
export function factsOf(guest: KnownGuest): FurtherFacts {
  const facts: GuestFacts & Partial<FurtherFacts> = guest.facts
  return {
    lock: facts.lock ?? NOT_TOLD.lock,
    template: facts.template ?? NOT_TOLD.template,
    ha: facts.ha ?? NOT_TOLD.ha,
    replicated: facts.replicated ?? NOT_TOLD.replicated,
    protected: facts.protected ?? NOT_TOLD.protected,
    birthMark: facts.birthMark ?? NOT_TOLD.birthMark,
    tasks: facts.tasks ?? NOT_TOLD.tasks,
    lastBackup: facts.lastBackup ?? NOT_TOLD.lastBackup,
  }
}
