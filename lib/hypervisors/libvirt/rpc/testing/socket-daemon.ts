import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from './fake-daemon'

/** Fake daemons on unix sockets in a directory of their own. */
export interface SocketDaemons {
  readonly directory: string
  /** Starts one; `prepare` sets its answers, for every connection anew. */
  listen(name: string, prepare?: (daemon: FakeDaemon, socket: Socket) => void): Promise<string>
  close(): Promise<void>
}

export async function socketDaemons(): Promise<SocketDaemons> {
  const directory = await mkdtemp(join(tmpdir(), 'rpc-test-'))
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  return {
    directory,
    async listen(name, prepare = () => undefined) {
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
        // A client that goes away in the middle is what these tests are about.
        socket.on('error', () => socket.destroy())
        const daemon = new FakeDaemon({ send: (bytes) => void socket.write(bytes) })
        prepare(daemon, socket)
        socket.on('data', (bytes) => daemon.receive(bytes))
      })
      servers.push(server)
      const path = join(directory, name)
      await new Promise<void>((resolve) => server.listen(path, resolve))
      return path
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
