/** What a reading could not read, as one list. */
import type { Collection, Unread } from '@/lib/domain/inventory'
import type { Reason, ReasonCode } from '@/lib/domain/reason'

/** Enough to see what is wrong; a host that refuses every guest says the same thing ten thousand times. */
export const MAX_UNREAD_LISTED = 200

/** Sections not read, in the order of the reading, at most MAX_UNREAD_LISTED. Empty = everything in scope was read. */
export function listUnread(collection: Collection): Unread[] {
  const list: Unread[] = []
  const add = (section: Unread['section'], subject: string | null, reason: Reason): void => {
    if (list.length < MAX_UNREAD_LISTED) list.push({ section, subject, reason })
  }
  const { guests, storages } = collection
  if (guests.status === 'unread') add('guests', null, guests.reason)
  if (storages.status === 'unread') add('storages', null, storages.reason)
  for (const storage of storages.status === 'read' ? storages.value : []) {
    if (storage.volumes.status === 'unread') add('volumes', storage.facts.name, storage.volumes.reason)
  }
  for (const guest of guests.status === 'read' ? guests.value : []) {
    for (const section of ['snapshots', 'disks', 'configuration'] as const) {
      const read = guest[section]
      if (read.status === 'unread') add(section, guest.facts.name, read.reason)
    }
  }
  return list
}

/** Reasons that speak of the way to the hypervisor: after one of them the rest of a reading was not tried. */
const OF_THE_CONNECTION: ReadonlySet<ReasonCode> = new Set([
  'unreachable',
  'hung',
  'interrupted',
  'protocol',
  'certificate-unknown',
  'certificate-changed',
  'certificate-invalid',
  'certificate-refused',
  'host-key-unknown',
  'host-key-changed',
  'credentials-refused',
  'unlock-failed',
])

/**
 * Why a reading counts as failed, null when it does not: its list of guests could not be read, or the connection
 * broke on the way. What it did read is stored all the same.
 */
export function failureOf(collection: Collection): Reason | null {
  if (collection.guests.status === 'unread') return collection.guests.reason
  if (collection.storages.status === 'unread' && OF_THE_CONNECTION.has(collection.storages.reason.code)) {
    return collection.storages.reason
  }
  return null
}
