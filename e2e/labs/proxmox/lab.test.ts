import { request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeNodeCertificate, type NodeCertificate } from './certificate'
import { manualClock, realClock } from './clock'
import { generatedCluster } from './generated'
import { handle } from './handle'
import { recordedServer } from './inventory'
import { seededChance } from './random'
import { bodyOf, normalise, recordedExchanges } from './replay'
import { type ProxmoxLab, startProxmoxLab } from './server'
import { applyCredentials } from './start-options'

/** The lab as it starts, and what only shows on the wire. */

const SECRET = '00000000-0000-4000-8000-000000000001'
const TOKEN = `PVEAPIToken=root@pam!lab=${SECRET}`
let certificate: NodeCertificate
let lab: ProxmoxLab

beforeAll(async () => {
  certificate = makeNodeCertificate('pve1', ['127.0.0.1'])
  const cluster = recordedServer({ clock: realClock(), chance: seededChance(1) })
  cluster.pace = 0
  lab = await startProxmoxLab({ cluster, certificate })
})

afterAll(async () => {
  await lab.close()
})

interface Reply {
  status: number
  reason: string
  rawHeaders: string[]
  body: string
  complete: boolean
  peer: string
}

function call(path: string, trusted: string = certificate.ca): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${lab.url}/api2/json${path}`,
      { ca: trusted, headers: { Authorization: TOKEN }, agent: false },
      (response) => {
        const socket = response.socket as import('node:tls').TLSSocket
        const peer = socket.getPeerCertificate().fingerprint256
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        // A cut body is an error of the response; `complete` tells it to the test.
        response.on('error', (error) => {
          body += error.message === 'aborted' ? '' : error.message
        })
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? '',
            rawHeaders: response.rawHeaders,
            body,
            complete: response.complete,
            peer,
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

const surveyed: readonly [seq: number, path: string][] = [
  [529, '/nodes/pve1/qemu/102/snapshot'],
  [509, '/nodes/pve1/qemu/108/snapshot'],
  [402, '/nodes/pve1/lxc/201/snapshot'],
  [460, '/nodes/pve1/qemu/104/snapshot'],
  [923, '/access/acl'],
  [928, '/nodes/pve1/qemu'],
  [929, '/nodes/pve1/storage'],
  [950, '/nodes/pve1/qemu/102/config'],
  [957, '/nodes/pve1/storage/chain1/content'],
]

test.each(surveyed)('the lab starts with what exchange %i recorded at %s', (seq, path) => {
  const recorded = recordedExchanges().find((exchange) => exchange.seq === seq)
  const cluster = recordedServer({ clock: manualClock(1_795_240_500_000), chance: seededChance(1) })
  const headers = { authorization: TOKEN }
  const answer = handle(cluster, { method: 'GET', target: `/api2/json${path}`, headers, body: '' })
  expect(normalise(bodyOf(answer))).toEqual(normalise(recorded?.response.body))
})

test('every start with one seed is the same', () => {
  const snapshot = (): unknown => {
    const cluster = recordedServer({ clock: manualClock(1_795_240_500_000), chance: seededChance(7) })
    return [...cluster.state.guests.values()].map((guest) => [guest.config, [...guest.snapshots]])
  }
  expect(snapshot()).toEqual(snapshot())
})

test('the reason phrase and the recorded headers reach the client, and an empty body has neither length nor chunks', async () => {
  const reply = await call('/nodes/pve2/qemu')
  expect([reply.status, reply.reason, reply.body]).toEqual([595, 'Connection refused', ''])
  expect(reply.rawHeaders.filter((_, index) => index % 2 === 0)).toEqual([
    'Cache-Control',
    'Connection',
    'Date',
    'Pragma',
    'Server',
    'Expires',
  ])
})

test('the certificate shown is the one /nodes tells', async () => {
  const reply = await call('/nodes')
  expect(reply.peer).toBe(certificate.fingerprint)
  const [row] = (JSON.parse(reply.body) as { data: { ssl_fingerprint: string }[] }).data
  expect(row?.ssl_fingerprint).toBe(certificate.fingerprint)
})

test('a cut body ends the connection before the body does', async () => {
  lab.cluster.faults.onRequest({ kind: 'cut', bytes: 20 }, { path: /^\/version/, times: 1 })
  const cut = await call('/version')
  expect([cut.body.length, cut.complete]).toEqual([20, false])
  expect((await call('/version')).complete).toBe(true)
})

test('a proxy page, truncated JSON and numbers as strings come on command', async () => {
  const { faults } = lab.cluster
  faults.onRequest({ kind: 'html', status: 502, html: '<html>' }, { times: 1 })
  expect((await call('/version')).body).toBe('<html>')
  faults.onRequest({ kind: 'truncated-json' }, { times: 1 })
  const truncated = (await call('/version')).body
  expect(() => JSON.parse(truncated) as unknown).toThrow(SyntaxError)
  faults.onRequest({ kind: 'numbers-as-strings' }, { times: 1 })
  const vms = JSON.parse((await call('/nodes/pve1/qemu')).body) as { data: { vmid: unknown }[] }
  expect(typeof vms.data[0]?.vmid).toBe('string')
})

test('a changed certificate is shown to new connections and no longer chains to the old CA', async () => {
  const other = makeNodeCertificate('pve1', ['127.0.0.1'])
  lab.changeCertificate(other)
  await expect(call('/version')).rejects.toThrow(/certificate/)
  expect((await call('/version', other.ca)).peer).toBe(other.fingerprint)
  lab.changeCertificate(certificate)
})

test('a task fault fails the worker with its text and leaves no snapshot', () => {
  const clock = manualClock(1_795_240_500_000)
  const cluster = recordedServer({ clock, chance: seededChance(1) })
  cluster.faults.onTask({ failWith: 'got no worker upid - start worker failed' }, { type: 'qmsnapshot', times: 1 })
  const headers = { authorization: TOKEN }
  handle(cluster, { method: 'POST', target: '/api2/json/nodes/pve1/qemu/102/snapshot', headers, body: 'snapname=xx' })
  clock.advance(5000)
  expect(cluster.tasks.all.at(-1)?.exitstatus).toBe('got no worker upid - start worker failed')
  expect(cluster.state.guests.get(102)?.snapshots.has('xx')).toBe(false)
})

test('an interrupted create cleans up after itself; an interrupted delete keeps its lock', () => {
  const clock = manualClock(1_795_240_500_000)
  const cluster = recordedServer({ clock, chance: seededChance(1) })
  const headers = { authorization: TOKEN }
  const target = '/api2/json/nodes/pve1/qemu/102/snapshot'
  const guest = cluster.state.guests.get(102)
  handle(cluster, { method: 'POST', target, headers, body: 'snapname=xx' })
  clock.advance(150)
  expect(guest?.config.lock).toBe('snapshot')
  cluster.tasks.interrupt(cluster.tasks.all.at(-1)?.upid ?? '')
  expect([guest?.config.lock, guest?.snapshots.has('xx')]).toEqual([undefined, false])
  handle(cluster, { method: 'DELETE', target: `${target}/state_b`, headers, body: '' })
  clock.advance(150)
  cluster.tasks.interrupt(cluster.tasks.all.at(-1)?.upid ?? '')
  expect([guest?.config.lock, guest?.snapshots.get('state_b')?.snapstate]).toEqual(['snapshot-delete', 'delete'])
})

test('a node that is down: 595 for its calls, unknown and nameless rows in the cluster list', () => {
  const clock = manualClock(1_795_240_500_000)
  const cluster = generatedCluster({ clock, chance: seededChance(3), size: { nodes: 3, guests: 30, snapshotsEach: 3 } })
  const down = cluster.state.nodes.get('node02')
  if (down !== undefined) down.reach = 'no-route'
  const headers = { authorization: TOKEN }
  const ask = (path: string): unknown =>
    bodyOf(handle(cluster, { method: 'GET', target: `/api2/json${path}`, headers, body: '' }))
  expect(handle(cluster, { method: 'GET', target: '/api2/json/nodes/node02/qemu', headers, body: '' }).status).toBe(595)
  const rows = (ask('/cluster/resources?type=vm') as { data: { node: string; status: string; name?: string }[] }).data
  expect(rows).toHaveLength(30)
  expect(
    rows.filter((row) => row.node === 'node02').every((row) => row.status === 'unknown' && row.name === undefined),
  ).toBe(true)
})

test('unknown users and tokens are refused by name', () => {
  const { state } = recordedServer({ clock: manualClock(1_795_240_500_000), chance: seededChance(1) })
  expect(applyCredentials(state, ['ghost@pve=x'], [])).toMatch(/^unknown user 'ghost@pve'/)
  expect(applyCredentials(state, [], ['root@pam!nope=x'])).toMatch(/^unknown token 'root@pam!nope'/)
  expect(applyCredentials(state, ['snap@pve=a=b'], [`snap@pve!ci=${SECRET}`])).toBeUndefined()
  expect(state.users.get('snap@pve')?.password).toBe('a=b')
})
