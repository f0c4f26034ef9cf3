import { Channel, type ChannelOptions } from '../channel'
import type { LibvirtConnection } from '../connection'
import { type OpenOptions, openOver } from '../open'
import type { DomainRef } from '../types'
import { FakeDaemon } from './fake-daemon'
import { type MemoryPeer, memoryLink } from './memory-transport'

export const aDomain: DomainRef = { name: 'db01', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 3 }

/** A channel wired to a fake daemon. */
export function channelRig(options: Partial<ChannelOptions> = {}): {
  channel: Channel
  daemon: FakeDaemon
  peer: MemoryPeer
} {
  const { transport, peer } = memoryLink()
  const daemon = new FakeDaemon(peer)
  peer.onBytes = (bytes) => daemon.receive(bytes)
  const channel = new Channel(transport, {
    maxInFlight: 4,
    callTimeoutMs: 0,
    keepalive: null,
    onEvent: () => undefined,
    ...options,
  })
  return { channel, daemon, peer }
}

/** An open connection to a fake daemon. `prepare` may change its answers before the connection is opened. */
export async function connectionRig(
  options: Omit<OpenOptions, 'uri'> = {},
  prepare: (daemon: FakeDaemon) => void = () => undefined,
): Promise<{ connection: LibvirtConnection; daemon: FakeDaemon; peer: MemoryPeer }> {
  const { transport, peer } = memoryLink()
  const daemon = new FakeDaemon(peer)
  peer.onBytes = (bytes) => daemon.receive(bytes)
  prepare(daemon)
  const connection = await openOver(transport, 'qemu:///system', { keepalive: null, ...options })
  return { connection, daemon, peer }
}
