/** What can be done with a guest, resolved per guest because its storage and firmware decide. */
import type { Reason } from './reason'

export const FEATURES = [
  'snapshot.internal',
  'snapshot.external',
  'snapshot.memory',
  'snapshot.quiesce',
  'snapshot.delete',
  'rollback.internal',
  'rollback.external',
  'chain.merge',
] as const
export type Feature = (typeof FEATURES)[number]

export type Support = { ok: true; limits?: { reach?: 'any' | 'newest-only' } } | { ok: false; why: Reason }

/** Every feature has an answer; there is no "missing" key that could read as yes. */
export type Capabilities = Record<Feature, Support>
