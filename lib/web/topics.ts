/** Which reads a committed change makes old. Exhaustive: a new topic does not compile until it is answered here. */
import type { QueryKey } from '@tanstack/react-query'
import type { Change, Topic } from '@/lib/domain/change'

type Answer = (change: Pick<Change, 'id'>) => QueryKey[]

const withId = (noun: string, id: string | null): QueryKey => (id === null ? [noun] : [noun, id])

const TOPIC_KEYS: Record<Topic, Answer> = {
  connections: () => [['connections'], ['overview'], ['shell'], ['local-sockets']],
  connection: ({ id }) => [withId('connection', id), ['connections'], ['shell']],
  guests: () => [['guests'], ['retention'], ['guest-ids'], ['overview'], ['shell'], ['search']],
  guest: ({ id }) => [
    withId('guest', id),
    withId('environment', id),
    withId('service-probe', id),
    ['holds'],
    ['guests'],
    ['overview'],
  ],
  storages: () => [['storages'], ['overview'], ['shell']],
  storage: ({ id }) => [withId('storage', id), ['storages'], ['overview']],
  operations: () => [['operations'], ['shell']],
  operation: ({ id }) => [withId('operation', id), ['operations'], ['plan']],
  alerts: () => [['alerts'], ['alert'], ['overview'], ['shell']],
  rules: () => [['rules'], ['clean-ups'], ['alerts'], ['alert']],
  channels: () => [['channels'], ['deliveries']],
  users: () => [['users'], ['sessions'], ['shell']],
  tokens: () => [['tokens']],
  settings: () => [['shell'], ['retention'], ['environment']],
  audit: () => [['audit']],
}

/** Query keys (prefixes) that these changes make old, each once. */
export function keysOf(changes: readonly Pick<Change, 'topic' | 'id'>[]): QueryKey[] {
  const found = new Map<string, QueryKey>()
  for (const change of changes) {
    for (const key of TOPIC_KEYS[change.topic](change)) found.set(JSON.stringify(key), key)
  }
  return [...found.values()]
}
