import { connectSocket, socketTransport } from './socket'
import type { Transport } from './transport'

/** Connects to a daemon on this machine. Kinds: `no-socket`, `refused` (no daemon behind it), `permission`. */
export async function connectUnix(path: string, signal: AbortSignal): Promise<Transport> {
  return socketTransport(await connectSocket({ path }, signal), 'unix', true)
}
