import { ok } from '@/lib/domain/result'
import type { LocalSocket } from '@/lib/domain/view'
import { findLibvirtSockets } from '@/lib/hypervisors/registry-addresses'
import { listConnections } from '@/lib/store/connections'
import { mayNot, type Verb } from '../context'

/** Looks for libvirt's sockets on this machine: one offer for the system's daemon, one for the user session's. */
export const findLocal: Verb<object, LocalSocket[]> = async ({ ctx }) => {
  const no = mayNot(ctx, 'connection.manage')
  if (no !== null) return no
  const [sockets, connections] = await Promise.all([findLibvirtSockets(), listConnections(ctx.store, ctx.now)])
  const known = new Set(connections.map(({ address }) => (address.kind === 'libvirt' ? plainUri(address.uri) : '')))
  const offers = new Map<string, LocalSocket>()
  for (const socket of sockets) {
    const uri = `qemu:///${socket.scope}`
    const best = offers.get(uri)
    if (best?.readable === true) continue
    offers.set(uri, { uri, path: socket.path, scope: socket.scope, readable: socket.writable, added: known.has(uri) })
  }
  return ok([...offers.values()])
}

const plainUri = (uri: string): string => uri.toLowerCase().replace('+unix:', ':')
