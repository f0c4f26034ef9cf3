import { lookup } from 'node:dns'
import { createServer, type Server as HttpServer } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ServiceProbe } from '@/lib/domain/service-probe'
import { SECOND } from '@/lib/domain/units'
import { isForbiddenAddress } from '@/lib/notify/addresses'
import { askService, type Reach } from './ask-service'
import { awaitService } from './await-service'

const HERE: Reach = { lookup, forbids: () => false }
const never = new AbortController().signal
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listening(server: Server | HttpServer): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    // Whoever asks may leave at any moment.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A port of this machine on which nobody listens, and which nobody is given meanwhile. */
const CLOSED_PORT = 1

const tcp = (port: number, host = '127.0.0.1'): ServiceProbe => ({ kind: 'tcp', host, port, withinMillis: SECOND })
const http = (port: number, expectedStatus = 200, path = '/'): ServiceProbe => ({
  kind: 'http',
  url: `http://127.0.0.1:${port}${path}`,
  expectedStatus,
  anyCertificate: false,
  withinMillis: SECOND,
})
const ask = (probe: ServiceProbe, limit = 30 * SECOND) => askService(probe, limit, never, HERE)

describe('asking a port', () => {
  it('passes where somebody listens, by address and by name', async () => {
    const port = await listening(createTcpServer())
    expect(await ask(tcp(port))).toMatchObject({ result: 'pass' })
    expect(await ask(tcp(port, 'localhost'))).toMatchObject({ result: 'pass' })
  })

  it('fails where nobody does', async () => {
    expect(await ask(tcp(CLOSED_PORT))).toMatchObject({
      result: 'fail',
      why: { code: 'probe-failed', problem: 'refused', target: `127.0.0.1:${CLOSED_PORT}` },
    })
  })

  it('fails for a name that does not resolve', async () => {
    const gone: Reach = {
      ...HERE,
      lookup: (name, _options, callback) =>
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '', 0),
    }
    expect(await askService(tcp(80, 'gone.invalid'), 30 * SECOND, never, gone)).toMatchObject({
      result: 'fail',
      why: { problem: 'unknown-host' },
    })
  })
})

describe('asking an address', () => {
  it('passes with the status that is expected, and fails with any other', async () => {
    const port = await listening(createServer((_request, response) => response.writeHead(503).end('no')))
    expect(await ask(http(port, 503))).toMatchObject({ result: 'pass' })
    expect(await ask(http(port))).toMatchObject({ result: 'fail', why: { problem: 'status', status: 503 } })
  })

  it('follows no redirect: it is an answer like any other', async () => {
    const asked: string[] = []
    const port = await listening(
      createServer((request, response) => {
        asked.push(request.url ?? '')
        response.writeHead(302, { location: '/elsewhere' }).end()
      }),
    )
    expect(await ask(http(port))).toMatchObject({ result: 'fail', why: { problem: 'status', status: 302 } })
    expect(await ask(http(port, 302))).toMatchObject({ result: 'pass' })
    expect(asked).toEqual(['/', '/'])
  })

  it('reads no body, however long it is', async () => {
    let sent = 0
    const port = await listening(
      createServer((_request, response) => {
        response.writeHead(200)
        const more = (): void => {
          while (!response.destroyed && sent < 2 ** 30) {
            sent += 2 ** 16
            if (!response.write(Buffer.alloc(2 ** 16))) return void response.once('drain', more)
          }
        }
        more()
      }),
    )
    expect(await ask(http(port))).toMatchObject({ result: 'pass' })
    expect(sent).toBeLessThan(2 ** 26)
  })

  it('fails in time where the answer never comes, or is none', async () => {
    const silent = await listening(createTcpServer())
    expect(await ask(http(silent), 50)).toMatchObject({ result: 'fail', why: { problem: 'timeout' } })
    const strange = await listening(createTcpServer((socket) => void socket.write('220 ready\r\n')))
    expect(await ask(http(strange))).toMatchObject({ result: 'fail', why: { problem: 'answer' } })
  })
})

describe('where a question would lead', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/',
  ])('never asks %s, and says that this tells nothing of the guest', async (url) => {
    const probe: ServiceProbe = { ...http(80), url } as ServiceProbe
    expect(await askService(probe, 30 * SECOND, never)).toMatchObject({
      result: 'unknown',
      why: { code: 'probe-forbidden' },
    })
  })

  it.each(['127.0.0.1', 'localhost', '0x7f.1', '::1', 'fe80::1', '169.254.169.254'])(
    'opens no port of %s',
    async (host) => {
      const port = await listening(createTcpServer())
      expect(await askService(tcp(port, host), 30 * SECOND, never)).toMatchObject({
        result: 'unknown',
        why: { code: 'probe-forbidden' },
      })
    },
  )

  it('judges a name by every address it has, when the socket is opened', async () => {
    const reach: Reach = { ...HERE, forbids: isForbiddenAddress }
    const port = await listening(createTcpServer())
    // The literal is judged before any resolution; a name only by the lookup it is given.
    expect(await askService(tcp(port), 30 * SECOND, never, reach)).toMatchObject({ result: 'unknown' })
  })

  it('lets private addresses pass: guests live there', () => {
    for (const address of ['10.1.2.3', '192.168.122.7', '172.16.0.1', 'fd12::7']) {
      expect(isForbiddenAddress(address)).toBe(false)
    }
  })
})

describe('waiting for a service', () => {
  const options = { signal: never, between: 1, pause: () => Promise.resolve(), reach: HERE }

  it('passes once it answers, however often it did not', async () => {
    let asked = 0
    const port = await listening(
      createServer((_request, response) => {
        asked += 1
        response.writeHead(asked < 3 ? 503 : 200).end()
      }),
    )
    const told: string[] = []
    const probe: ServiceProbe = { ...http(port), withinMillis: 600 * SECOND }
    const found = await awaitService(probe, {
      ...options,
      goOn: async (answer) => {
        if (answer.result !== 'pass') told.push(answer.why.code)
        return true
      },
    })
    expect(found).toMatchObject({ result: 'pass' })
    expect(told).toEqual(['probe-failed', 'probe-failed'])
  })

  it('gives what it said last when its time is over', async () => {
    const found = await awaitService({ ...tcp(CLOSED_PORT), withinMillis: 1 }, { ...options, goOn: async () => true })
    expect(found).toMatchObject({ result: 'fail' })
  })

  it('ends when nobody waits any more', async () => {
    const probe: ServiceProbe = { ...tcp(CLOSED_PORT), withinMillis: 600 * SECOND }
    expect(await awaitService(probe, { ...options, goOn: async () => false })).toEqual({ result: 'stopped' })
  })
})
