import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { isTransportError, type TransportErrorKind } from '../errors'
import { openLibvirt } from '../open'
import { expiredServer, goodServer, misnamedServer, testAuthority } from '../testing/certificates'
import { FakeDaemon } from '../testing/fake-daemon'
import { fetchTlsCertificate, sameFingerprint } from './certificates'
import { connectTlsTransport, type TlsOptions } from './tls'

const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

/** A TLS server that does `greet` with every client. Answers its port. */
async function listen(identity: { cert: string; key: string }, greet: (socket: TLSSocket) => void): Promise<number> {
  const server = createServer(identity, (socket) => {
    // Clients that refuse us are what most of these tests are about.
    socket.on('error', () => socket.destroy())
    greet(socket)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const accept = (socket: TLSSocket): void => void socket.write(Buffer.from([1]))
const trusting: TlsOptions = { ca: testAuthority }

async function outcomeOf(
  port: number,
  options: TlsOptions,
  host = '127.0.0.1',
): Promise<TransportErrorKind | 'connected'> {
  try {
    await (await connectTlsTransport(host, port, options, AbortSignal.timeout(60_000))).destroy()
    return 'connected'
  } catch (error) {
    if (isTransportError(error)) return error.kind
    throw error
  }
}

const fingerprintOf = async (port: number): Promise<string> =>
  (await fetchTlsCertificate('127.0.0.1', port, AbortSignal.timeout(60_000))).fingerprint

describe('a TLS server', () => {
  it('is spoken to once it has accepted us, also when its first words come along with that', async () => {
    const port = await listen(goodServer, (socket) => {
      const daemon = new FakeDaemon({ send: (bytes) => void socket.write(bytes) })
      accept(socket)
      daemon.ping()
      socket.on('data', (bytes) => daemon.receive(bytes))
    })
    const { connection } = await openLibvirt({ uri: `qemu+tls://127.0.0.1:${port}/system`, tls: trusting })
    expect(connection.transportKind).toBe('tls')
    await connection.close()
  })

  it('is known by its authority and its name or address', async () => {
    const port = await listen(goodServer, accept)
    expect(await outcomeOf(port, trusting)).toBe('connected')
    expect(await outcomeOf(port, trusting, 'localhost')).toBe('connected')
  })

  it.each<[string, { cert: string; key: string }, TlsOptions, TransportErrorKind]>([
    ['of an unknown authority', goodServer, {}, 'tls-untrusted'],
    ['with another name', misnamedServer, trusting, 'tls-name'],
    ['that has expired', expiredServer, trusting, 'tls-expired'],
  ])('%s is refused', async (_name, identity, options, kind) => {
    const port = await listen(identity, accept)
    expect(await outcomeOf(port, options)).toBe(kind)
  })

  it.each<[string, (socket: TLSSocket) => void, TransportErrorKind]>([
    ['hangs up instead of accepting us', (socket) => void socket.end(), 'tls-client-rejected'],
    ['drops the connection instead', (socket) => void socket.destroy(), 'tls-client-rejected'],
    ['says something else', (socket) => void socket.write('HTTP/1.1 400'), 'protocol'],
  ])('that %s has its name', async (_name, greet, kind) => {
    expect(await outcomeOf(await listen(goodServer, greet), trusting)).toBe(kind)
  })

  it('that says nothing is waited for only as long as we were told to', async () => {
    const port = await listen(goodServer, () => undefined)
    const opening = openLibvirt({ uri: `qemu+tls://127.0.0.1:${port}/system`, tls: trusting, openTimeoutMs: 200 })
    await expect(opening).rejects.toMatchObject({ kind: 'timeout' })
  })
})

describe('a pinned certificate', () => {
  it('is enough, whatever its authority and name', async () => {
    const port = await listen(misnamedServer, accept)
    expect(await outcomeOf(port, { fingerprint: await fingerprintOf(port) })).toBe('connected')
  })

  it('does not let another one pass, not even of a trusted authority', async () => {
    const pinned = await fingerprintOf(await listen(misnamedServer, accept))
    const port = await listen(goodServer, accept)
    expect(await outcomeOf(port, { ...trusting, fingerprint: pinned })).toBe('tls-pin')
  })

  it('that has expired is refused all the same', async () => {
    const port = await listen(expiredServer, accept)
    expect(await outcomeOf(port, { fingerprint: await fingerprintOf(port) })).toBe('tls-expired')
  })
})

describe('what cannot be used', () => {
  it.each<[string, TlsOptions]>([
    ['an authority that is no certificate', { ca: 'hello' }],
    ['an empty authority', { ca: '' }],
    ['a key without sense', { ...trusting, certificate: goodServer.cert, key: 'hello' }],
    ['a key of another certificate', { ...trusting, certificate: goodServer.cert, key: misnamedServer.key }],
  ])('%s is told as such', async (_name, options) => {
    expect(await outcomeOf(await listen(goodServer, accept), options)).toBe('tls-material')
  })
})

describe('the certificate for a person to see', () => {
  it('is fetched without trusting it', async () => {
    const port = await listen(expiredServer, accept)
    expect(await fetchTlsCertificate('127.0.0.1', port, AbortSignal.timeout(60_000))).toMatchObject({
      subject: 'CN=expired',
      issuer: 'CN=test authority',
      validTo: 'Jan  1 00:00:00 2021 GMT',
      altNames: 'IP Address:127.0.0.1',
    })
  })

  it.each([
    ['AA:bb', 'aabb', false],
    ['ab'.repeat(32), 'AB:'.repeat(32), true],
    ['ab'.repeat(32), 'ac'.repeat(32), false],
    ['', '', false],
  ])('compares %s and %s: %s', (one, other, same) => {
    expect(sameFingerprint(one, other)).toBe(same)
  })
})
