/** The configuration a snapshot saved. */
import type { SnapshotRef } from '@/lib/domain/ids'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { ProxmoxClient } from './client'
import { showConfiguration } from './map/configuration'
import { guestPath, readPlaces } from './place'
import { configSchema, parseOne } from './wire'

/** Reads it where the guest is now: a reference made before a migration names the node of then. */
export async function readSavedConfiguration(
  client: Pick<ProxmoxClient, 'get'>,
  { guest, nativeId }: SnapshotRef,
  signal: AbortSignal,
): Promise<Outcome<ConfigurationMap>> {
  const places = await readPlaces(client, signal)
  if (!places.ok) return places
  const place = places.value.get(guest.nativeId)
  if (place === undefined) return refused({ code: 'missing', what: 'guest', name: guest.name })
  const answer = await client.get([...guestPath(place), 'snapshot', nativeId, 'config'], {}, signal)
  if (!answer.ok) return answer
  const config = parseOne(configSchema, answer.value.data, 'configuration')
  return config.ok ? ok(showConfiguration(config.value, place.kind)) : config
}
