/** The change log's vocabulary: what a reader may need to read again. Ids only, never data. */

export const TOPICS = [
  'connections',
  'connection',
  'guests',
  'guest',
  'storages',
  'storage',
  'operations',
  'operation',
  'alerts',
  'rules',
  'channels',
  'users',
  'tokens',
  'settings',
  'audit',
] as const
export type Topic = (typeof TOPICS)[number]

/** `id` is null for topics that are a list. `seq` grows by commit order. */
export type Change = { seq: number; topic: Topic; id: string | null }
