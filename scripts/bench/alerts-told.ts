/** From the reading that sees a line crossed to the receiver that has the message: one whole worker, a real webhook. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asId, type ChannelId, type ConnectionId } from '../../lib/domain/ids'
import { ok } from '../../lib/domain/result'
import { GIB, instantAt, MINUTE } from '../../lib/domain/units'
import { openFakeHypervisor } from '../../lib/hypervisors/fake/adapter'
import { systemClock } from '../../lib/hypervisors/fake/clock'
import { FakeWorld } from '../../lib/hypervisors/fake/world'
import { saveChannel } from '../../lib/store/channels'
import type { Store } from '../../lib/store/client'
import { insertConnection } from '../../lib/store/connections'
import { askWorker } from '../../lib/store/questions'
import { withTransaction } from '../../lib/store/tx'
import { startWorker } from '../../lib/worker/worker'
import { until } from '../testing/start-product'
import type { Figure } from './report'
import { median } from './stats'

const MOST_TOLD_MS = 5_000
const ROUNDS = 8
const PATIENCE_MS = 60_000

/** Fills one storage after another of a host that is read, in the fleet that is stored, and waits for the message. */
export async function toldFigure(store: Store, say: (line: string) => void): Promise<Figure> {
  const receiver = await openReceiver()
  const world = hostWithStorages()
  const connectionId = await addHost(store)
  // Those of the bench before were for what is decided; this one is for what arrives.
  await store.query('UPDATE channels SET enabled = false')
  await addReceiver(store, receiver.port)
  const worker = startWorker({
    store,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    open: async () => ok(openFakeHypervisor(world)),
    alerting: {
      publicUrl: 'https://snapwarden.test',
      timeZone: 'UTC',
      openSecret: async () => ok({ signingKey: 'bench' }),
    },
  })
  const times: number[] = []
  try {
    await read(store, connectionId)
    for (let round = 0; round < ROUNDS; round += 1) {
      fill(world, round)
      await read(store, connectionId)
      const name = nameOf(round)
      await until(() => receiver.heardOf(name) !== undefined, PATIENCE_MS)
      const [seen] = await store.query<{ at: string }>(
        `SELECT t.collected_at AS at FROM storages t WHERE t.connection_id = $1 AND t.name = $2`,
        [connectionId, name],
      )
      times.push((receiver.heardOf(name) ?? Number.NaN) - Date.parse(seen?.at ?? ''))
      say(`${name}: told ${times.at(-1)?.toFixed(0)} ms after it was read`)
    }
  } finally {
    await worker.stop()
    await receiver.close()
  }
  return {
    bench: 'alerts',
    what: 'line crossed to message received, worst',
    value: Math.max(...times),
    unit: 'ms',
    target: { most: MOST_TOLD_MS },
    note: `${times.length} emergencies over a signed webhook, from the reading that saw them, median ${median(times).toFixed(0)} ms; a worker rests a second between two evaluations`,
  }
}

const nameOf = (round: number): string => `bench-pool-${round}`

function hostWithStorages(): FakeWorld {
  const world = new FakeWorld(
    { kind: 'libvirt', product: 'libvirt', version: '11.3.0', node: 'bench-told', address: 'bench-told' },
    systemClock,
  )
  for (let round = 0; round < ROUNDS; round += 1) {
    world.addStorage({
      nativeId: nameOf(round),
      name: nameOf(round),
      node: 'bench-told',
      type: 'dir',
      path: `/images/${round}`,
      active: true,
      style: 'internal',
      reach: 'any',
      strays: [],
      capacityBytes: 1_000 * GIB,
      otherBytes: 400 * GIB,
      tellsVolumeBytes: true,
    })
  }
  return world
}

function fill(world: FakeWorld, round: number): void {
  const storage = world.storages.get(nameOf(round))
  if (storage === undefined) throw new Error(`there is no storage ${nameOf(round)}`)
  world.addStorage({ ...storage, otherBytes: 970 * GIB })
}

async function addHost(store: Store): Promise<ConnectionId> {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'bench-told',
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'test:///default', cleartextAccepted: false },
      demo: false,
      createdBy: 'bench',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  return added.value
}

async function addReceiver(store: Store, port: number): Promise<void> {
  const saved = await withTransaction(store, (tx) =>
    saveChannel(
      tx,
      {
        id: asId<ChannelId>('bench-receiver'),
        name: 'bench-receiver',
        settings: { kind: 'webhook', url: `http://127.0.0.1:${port}/` },
        route: { leastSeverity: 'emergency', connectionIds: [], tags: [], environments: [] },
        language: 'en',
        enabled: true,
        quietHours: null,
        repeatMillis: null,
        escalateAfterMillis: null,
        groupMillis: MINUTE,
        anyAddress: true,
      },
      'bench',
      instantAt(Date.now()),
    ),
  )
  if (!saved.ok) throw new Error(saved.why.code)
}

async function read(store: Store, connectionId: ConnectionId): Promise<void> {
  const question = { connectionId, kind: 'collect', input: { scope: { whole: true }, requestedBy: 'bench' } } as const
  const answer = await askWorker(store, question, PATIENCE_MS)
  if (!answer.ok) throw new Error(`the host was not read: ${answer.why.code}`)
}

/** A receiver that notes when it first heard each name. */
async function openReceiver() {
  const heard: { at: number; text: string }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      heard.push({ at: Date.now(), text })
      response.writeHead(200).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heardOf: (name: string) => heard.find(({ text }) => text.includes(name))?.at,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
