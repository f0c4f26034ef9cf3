/** Where a guest is now, and what it is. References keep the node of then, and never say whether it is a container. */
import type { GuestKind } from '@/lib/domain/inventory'
import { type Outcome, ok } from '@/lib/domain/result'
import type { ProxmoxClient } from './client'
import { resourceSchema } from './wire'

export type Place = { node: string; kind: GuestKind; vmid: string }

/** Every guest we may see, by vmid. Told by the cluster's own file system, so also of nodes that are down. */
export async function readPlaces(
  client: Pick<ProxmoxClient, 'get'>,
  signal: AbortSignal,
): Promise<Outcome<Map<string, Place>>> {
  const answer = await client.get(['cluster', 'resources'], { type: 'vm' }, signal)
  if (!answer.ok) return answer
  const places = new Map<string, Place>()
  for (const row of Array.isArray(answer.value.data) ? answer.value.data : []) {
    const parsed = resourceSchema.safeParse(row)
    if (!parsed.success || parsed.data.vmid === null || parsed.data.node === null) continue
    const vmid = String(parsed.data.vmid)
    places.set(vmid, { vmid, node: parsed.data.node, kind: parsed.data.type === 'lxc' ? 'container' : 'vm' })
  }
  return ok(places)
}

/** The path of a guest's own calls. */
export const guestPath = ({ node, kind, vmid }: Place): readonly string[] => [
  'nodes',
  node,
  kind === 'vm' ? 'qemu' : 'lxc',
  vmid,
]
