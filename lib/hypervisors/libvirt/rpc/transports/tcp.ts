import { connectSocket, socketTransport } from './socket'
import type { Transport } from './transport'

/** libvirt's port for unencrypted connections. */
export const defaultTcpPort = 16509

/** Connects without any protection: whoever can see the packets reads and changes everything. */
export async function connectTcp(host: string, port: number, signal: AbortSignal): Promise<Transport> {
  return socketTransport(await connectSocket({ host, port }, signal), 'tcp', false)
}
