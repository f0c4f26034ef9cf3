/** A socket before libvirtd's own, for tests that need something to happen in the middle of a conversation. */
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'

export type SocketProxy = {
  path: string
  /** where it listens on 127.0.0.1 instead; 0 = on its path */
  port: number
  /** Breaks every connection once this many bytes have come back over it. */
  breakAfter(bytes: number): void
  /** Holds what the client says as soon as it holds `bytes`, until `action` is done; once. */
  before(bytes: Buffer, action: () => Promise<void>): void
  /** Lets what the client says pass once it holds `bytes`, and no answer; breaks that connection when `action` is done; once. */
  muteAfter(bytes: Buffer, action: () => Promise<void>): void
  /** Lets everything pass again. */
  repair(): void
  close(): Promise<void>
}

/** Starts one in front of `target`, at a path or on a free port. */
export async function startProxy(path: string | 'tcp', target: string): Promise<SocketProxy> {
  let limit = Number.POSITIVE_INFINITY
  let trap: { bytes: Buffer; action: () => Promise<void>; mute: boolean } | null = null
  const open = new Set<Socket>()
  const server: Server = createServer((client) => {
    const daemon = createConnection(target)
    let returned = 0
    let muted = false
    for (const [socket, other] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
    daemon.on('data', (bytes) => {
      returned += bytes.length
      if (returned > limit) client.destroy()
      else if (!muted) client.write(bytes)
    })
    client.on('data', (bytes) => {
      const sprung = trap !== null && bytes.includes(trap.bytes) ? trap : null
      if (sprung === null) return void daemon.write(bytes)
      trap = null
      if (sprung.mute) {
        muted = true
        daemon.write(bytes)
        return void sprung.action().then(() => client.destroy())
      }
      client.pause()
      void sprung.action().then(() => {
        daemon.write(bytes)
        client.resume()
      })
    })
  })
  const at = path === 'tcp' ? { host: '127.0.0.1', port: 0 } : { path }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve))
  const address = server.address() as AddressInfo | string
  return {
    path,
    port: typeof address === 'string' ? 0 : address.port,
    breakAfter: (bytes) => {
      limit = bytes
    },
    before: (bytes, action) => {
      trap = { bytes, action, mute: false }
    },
    muteAfter: (bytes, action) => {
      trap = { bytes, action, mute: true }
    },
    repair: () => {
      limit = Number.POSITIVE_INFINITY
      trap = null
    },
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
