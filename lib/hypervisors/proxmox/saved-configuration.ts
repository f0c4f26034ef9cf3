/** The configuration a snapshot saved. */
import type { SnapshotRef } from '@/lib/domain/ids'
import type { ConfigurationMap, GuestKind } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { ProxmoxClient } from './client'
import { showConfiguration } from './map/configuration'
import { configSchema, parseOne, resourceSchema } from './wire'

/** Reads it where the guest is now: a reference made before a migration names the node of then. */
export async function readSavedConfiguration(
  client: Pick<ProxmoxClient, 'get'>,
  { guest, nativeId }: SnapshotRef,
  signal: AbortSignal,
): Promise<Outcome<ConfigurationMap>> {
  const found = await client.get(['cluster', 'resources'], { type: 'vm' }, signal)
  if (!found.ok) return found
  const place = placeOf(found.value.data, guest.nativeId)
  if (place === null) return refused({ code: 'missing', what: 'guest', name: guest.name })
  const { node, kind } = place
  const path = ['nodes', node, kind === 'vm' ? 'qemu' : 'lxc', guest.nativeId, 'snapshot', nativeId, 'config']
  const answer = await client.get(path, {}, signal)
  if (!answer.ok) return answer
  const config = parseOne(configSchema, answer.value.data, 'configuration')
  return config.ok ? ok(showConfiguration(config.value, kind)) : config
}

function placeOf(rows: unknown, vmid: string): { node: string; kind: GuestKind } | null {
  if (!Array.isArray(rows)) return null
  for (const row of rows) {
    const parsed = resourceSchema.safeParse(row)
    if (!parsed.success || String(parsed.data.vmid) !== vmid || parsed.data.node === null) continue
    return { node: parsed.data.node, kind: parsed.data.type === 'lxc' ? 'container' : 'vm' }
  }
  return null
}
