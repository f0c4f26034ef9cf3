import { createServer } from 'node:net'

/**
 * A loopback TCP port nobody listens on right now. Someone may take it before the caller does: callers try again.
 * @returns {Promise<number>}
 */
export function freeLoopbackPort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a TCP address')
      server.close(() => resolve(address.port))
    })
  })
}
