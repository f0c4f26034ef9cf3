import { createServer } from 'node:net'
import { errorCode, Problem } from './problem.mjs'

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

/**
 * Makes sure we may listen where we are asked to.
 * @param {string} host
 * @param {number} port 0 always passes
 * @returns {Promise<void>}
 * @throws {Problem} with what to do when we may not
 */
export function requireFreePort(host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => reject(explainListenFailure(errorCode(error), host, port) ?? error))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
}

/**
 * One line for why we cannot listen, or null when the reason is none a person can change.
 * @param {string | null} code of the system error
 * @param {string} host
 * @param {number} port
 */
export function explainListenFailure(code, host, port) {
  switch (code) {
    case 'EADDRINUSE':
      return new Problem(
        `Port ${port} on ${host} is taken by another program: stop that one, or choose another with --port.`,
      )
    case 'EACCES':
      return new Problem(`This user may not listen on port ${port}: choose one from 1024 up with --port.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new Problem(
        `${host} is no address of this machine: choose one with --host (127.0.0.1, or 0.0.0.0 for all).`,
      )
    default:
      return null
  }
}

/**
 * Where we reach ourselves: an address that means "all" is no place to connect to.
 * @param {string} host
 */
export function reachable(host) {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/**
 * Host and port as a URL has them.
 * @param {string} host
 * @param {number} port
 */
export function authority(host, port) {
  const name = reachable(host)
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}
