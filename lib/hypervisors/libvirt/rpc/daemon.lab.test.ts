import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { buildMany } from '@/e2e/labs/libvirt/many'
import { watchTurns } from '@/lib/testing/turns'
import { LibvirtClient } from './client'
import { nothing } from './codec'
import { isLibvirtError, isTransportError } from './errors'
import { eventKinds, type LibvirtEvent } from './events'
import {
  affectFlags,
  blockCommitFlags,
  blockJobStatuses,
  blockJobTypes,
  domainStates,
  snapshotCreateFlags,
  snapshotDeleteFlags,
  snapshotListFlags,
  volumeDownloadFlags,
} from './flags'
import type { OpenOptions } from './open'
import { domainProcedures } from './procedures/domain'
import { qemuProcedure } from './procedures/procedure'
import { storageProcedures } from './procedures/storage'
import type { DomainRef } from './types'

/* The client against a real libvirtd and QEMU, with virsh as the witness. */

const clients: LibvirtClient[] = []

async function openClient(lab: LibvirtLab, options: Partial<OpenOptions> = {}): Promise<LibvirtClient> {
  const client = await LibvirtClient.open({ uri: 'qemu:///system', socketPath: lab.socket, ...options })
  clients.push(client)
  return client
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

const kindOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (isTransportError(error) ? error.kind : String(error)),
  )

/** Waits, bounded, for something that an event brings about. */
async function eventually(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('it did not happen within a minute')
    await pause(10)
  }
}

async function find(client: LibvirtClient, name: string): Promise<DomainRef> {
  const domain = await client.domains.findByName(name)
  if (domain === null) throw new Error(`no domain ${name}`)
  return domain
}

async function ownLab(): Promise<LibvirtLab> {
  const started = await startLibvirtLab()
  if (!started.ok) throw new Error(started.why)
  return started.lab
}

describeWithLab('reading and changing', () => {
  let lab: LibvirtLab

  beforeAll(async () => {
    lab = await ownLab()
  })

  afterAll(() => lab?.close())

  it('sees what virsh sees of a domain', async () => {
    await lab.defineGuest({
      name: 'rpc read 升级',
      disks: [
        { format: 'qcow2', sizeMiB: 16 },
        { format: 'raw', sizeMiB: 8 },
      ],
    })
    const client = await openClient(lab)
    const domain = await find(client, 'rpc read 升级')
    expect(domain.uuid).toBe((await lab.expectVirsh('domuuid', domain.name)).trim())
    expect(await client.domains.findByUuid(domain.uuid)).toEqual(domain)
    expect((await client.domains.list()).map(({ uuid }) => uuid)).toContain(domain.uuid)
    expect((await client.domains.readXml(domain)).trim()).toBe((await lab.expectVirsh('dumpxml', domain.uuid)).trim())
    expect(await client.domains.readState(domain)).toMatchObject({ state: domainStates.shutOff })
    expect(await client.domains.isPersistent(domain)).toBe(true)
    expect(await client.domains.hasManagedSave(domain)).toBe(false)
    expect(await client.blocks.readSize(domain, 'vda')).toMatchObject({ capacity: 16 * 1024 * 1024 })
    expect(
      await client.blocks.readJob(domain, 'vda').catch((error: unknown) => isLibvirtError(error, 'operationInvalid')),
    ).toBe(true)
    const [stats] = await client.domains.readStats({ domains: [domain] })
    expect(stats?.values.get('state.state')).toBe(domainStates.shutOff)
  })

  it('takes, lists, finds and deletes snapshots as virsh shows them', async () => {
    await lab.defineGuest({ name: 'rpc-snapshots', disks: [{ format: 'qcow2', sizeMiB: 16 }] })
    const client = await openClient(lab)
    const domain = await find(client, 'rpc-snapshots')
    expect(await client.snapshots.findCurrent(domain)).toBeNull()
    for (const name of ['base', 'vor dem 升级']) {
      await client.snapshots.create(domain, `<domainsnapshot><name>${name}</name></domainsnapshot>`, 0)
    }
    const listed = await client.snapshots.list(domain, snapshotListFlags.topological)
    expect(listed.map(({ name }) => name)).toEqual(['base', 'vor dem 升级'])
    expect(
      (await lab.expectVirsh('snapshot-list', domain.uuid, '--name', '--topological')).split('\n').filter(Boolean),
    ).toEqual(['base', 'vor dem 升级'])
    expect(await client.snapshots.count(domain)).toBe(2)
    expect(await client.snapshots.findCurrent(domain)).toMatchObject({ name: 'vor dem 升级' })
    const newest = await client.snapshots.find(domain, 'vor dem 升级')
    if (newest === null) throw new Error('not found')
    expect((await client.snapshots.readXml(newest)).trim()).toBe(
      (await lab.expectVirsh('snapshot-dumpxml', domain.uuid, newest.name)).trim(),
    )
    await client.snapshots.delete(newest, 0)
    expect(await client.snapshots.find(domain, newest.name)).toBeNull()
    const duplicate = client.snapshots.create(domain, '<domainsnapshot><name>base</name></domainsnapshot>', 0)
    await expect(duplicate).rejects.toMatchObject({ name: 'LibvirtError', codeName: 'operationFailed' })
  })

  it('reads pools and volumes, and the bytes of a volume', async () => {
    const { disks } = await lab.defineGuest({ name: 'rpc-volume', disks: [{ format: 'raw', sizeMiB: 4 }] })
    const file = disks[0]?.file ?? ''
    const client = await openClient(lab)
    const pool = await client.storage.findPool('default')
    if (pool === null) throw new Error('no pool')
    await client.storage.refreshPool(pool)
    const info = await client.storage.readPoolInfo(pool)
    expect(await lab.expectVirsh('pool-info', 'default', '--bytes')).toContain(`${info.capacity}`)
    const volume = await client.storage.findVolumeByPath(file)
    if (volume === null) throw new Error('no volume')
    expect((await client.storage.listVolumes(pool)).map(({ key }) => key)).toContain(file)
    expect(await client.storage.readVolumeInfo(volume)).toMatchObject({ capacity: 4 * 1024 * 1024 })

    const hash = createHash('sha256')
    const download = { volume, offset: 0n, length: 0n, flags: 0 }
    for await (const piece of await client.openStream(storageProcedures.volumeDownload, download)) {
      if (piece.kind === 'data') hash.update(piece.bytes)
    }
    expect(hash.digest('hex')).toBe(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    )

    const sparse = { ...download, flags: volumeDownloadFlags.sparse }
    const bytes = { hole: 0, data: 0 }
    for await (const piece of await client.openStream(storageProcedures.volumeDownload, sparse)) {
      bytes[piece.kind] += piece.kind === 'hole' ? Number(piece.bytes) : piece.bytes.length
    }
    expect(bytes.hole + bytes.data).toBe(4 * 1024 * 1024)
    expect(bytes.data).toBeLessThan(64 * 1024)

    // Leaving a download early costs nothing but that download.
    for await (const _piece of await client.openStream(storageProcedures.volumeDownload, download)) break
    expect(await client.storage.findPool('default')).toEqual(pool)
  })

  it('hears what happens', async () => {
    await lab.defineGuest({ name: 'rpc-events', disks: [{ format: 'qcow2', sizeMiB: 8 }] })
    const client = await openClient(lab)
    const seen: LibvirtEvent[] = []
    const { refused } = await client.listen(eventKinds, (event) => void seen.push(event))
    expect(refused).toEqual([])
    const domain = await find(client, 'rpc-events')
    const running = await client.domains.start(domain)
    await client.domains.suspend(running)
    await client.domains.resume(running)
    await client.domains.writeMetadata(
      domain,
      { namespace: 'urn:test', prefix: 't', xml: '<a>1</a>' },
      affectFlags.config,
    )
    expect(await client.domains.readMetadata(domain, 'urn:test', affectFlags.config)).toContain('>1</')
    expect(await client.domains.readMetadata(domain, 'urn:none')).toBeNull()
    const xml = `<domainsnapshot><name>overlay</name><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>`
    const snapshot = await client.snapshots.create(running, xml, snapshotCreateFlags.diskOnly)
    await client.blocks.commit(running, 'vda', { base: null, top: null, flags: blockCommitFlags.active })
    await eventually(() => seen.some((event) => event.kind === 'block-job' && event.status === blockJobStatuses.ready))
    expect(await client.blocks.readJob(running, 'vda')).toMatchObject({ type: blockJobTypes.activeCommit })
    await client.blocks.endJob(running, 'vda', 'pivot')
    await eventually(() =>
      seen.some((event) => event.kind === 'block-job' && event.status === blockJobStatuses.completed),
    )
    expect(await client.blocks.readJob(running, 'vda')).toBeNull()
    await client.domains.destroy(running)
    const pool = await client.storage.findPool('default')
    if (pool) await client.storage.refreshPool(pool)
    await eventually(() => seen.some((event) => event.kind === 'pool-refresh'))
    const changes = seen.flatMap((event) =>
      event.kind === 'lifecycle' && event.domain.uuid === domain.uuid ? [event.change] : [],
    )
    expect(changes).toEqual(expect.arrayContaining(['started', 'suspended', 'resumed', 'stopped']))
    expect(seen.some((event) => event.kind === 'metadata-change' && event.namespace === 'urn:test')).toBe(true)
    await client.snapshots.delete(snapshot, snapshotDeleteFlags.metadataOnly)
  })

  it('is held to reading by the read-only socket', async () => {
    await lab.defineGuest({ name: 'rpc-readonly', disks: [{ format: 'qcow2', sizeMiB: 8 }] })
    const client = await openClient(lab, { socketPath: lab.readOnlySocket, readOnly: true })
    const domain = await find(client, 'rpc-readonly')
    expect(await client.snapshots.list(domain)).toEqual([])
    const taking = client.snapshots.create(domain, '<domainsnapshot/>', 0)
    await expect(taking).rejects.toMatchObject({ codeName: 'operationDenied' })
  })

  it('probes procedures without harm', async () => {
    const client = await openClient(lab)
    const nobody = { name: '', uuid: '00000000-0000-0000-0000-000000000000', id: -1 }
    const { connection } = client
    expect(
      await connection.supports(domainProcedures.listAllCheckpoints, { domain: nobody, needResults: 1, flags: 0 }),
    ).toBe(true)
    expect(await connection.supports(qemuProcedure(9_999, 'qemu_nonsense', nothing, nothing), undefined)).toBe(false)
    expect(connection.end).toBeNull()
  })
})

describeWithLab('bad days', () => {
  let lab: LibvirtLab

  beforeAll(async () => {
    lab = await ownLab()
  })

  afterAll(() => lab?.close())

  it('a daemon killed in the middle fails what is under way at once, and its successor is reached', async () => {
    const client = await openClient(lab)
    await lab.daemon.stop()
    const outcomes = Array.from({ length: 20 }, () => kindOf(client.host.readLibvirtVersion()))
    await lab.daemon.kill9()
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['closed']))
    expect((await client.closed).kind).toBe('closed')
    await lab.daemon.restart()
    expect((await (await openClient(lab)).host.readFacts()).driver).toBe('QEMU')
  })

  it('a daemon that hangs is given up by keepalive, and one call by its time', async () => {
    const client = await openClient(lab, { keepalive: { intervalMs: 500, count: 2 } })
    const patientClient = await openClient(lab, { keepalive: null })
    await lab.daemon.stop()
    try {
      const outcome = kindOf(client.host.readLibvirtVersion({ timeoutMs: 0 }))
      expect(await kindOf(patientClient.host.readLibvirtVersion({ timeoutMs: 100 }))).toBe('timeout')
      expect(patientClient.connection.status).toMatchObject({ inFlight: 1, abandoned: 1 })
      expect(await outcome).toBe('hung')
    } finally {
      await lab.daemon.cont()
    }
    expect(await kindOf(patientClient.host.readLibvirtVersion())).toBe('answered')
    expect(patientClient.connection.status.abandoned).toBe(0)
  })

  it('a silent minute is nothing while the daemon answers pings', async () => {
    // Unanswered, it would be given up after two seconds; a busy machine may take some of them to answer.
    const client = await openClient(lab, { keepalive: { intervalMs: 250, count: 7 } })
    await pause(4_000)
    expect(client.connection.end).toBeNull()
  })

  it('a daemon that is not there has its name', async () => {
    await lab.daemon.kill9()
    // The kernel closes the socket a moment after the process counts as ended: until then it accepts and hangs up.
    const deadline = performance.now() + 60_000
    let kind = await kindOf(openClient(lab))
    while (kind === 'closed' && performance.now() < deadline) kind = await kindOf(openClient(lab))
    expect(kind).toBe('refused')
    await lab.daemon.restart()
  })
})

describe('a crowd', () => {
  describeWithLab('of 500 domains', () => {
    let lab: LibvirtLab

    beforeAll(async () => {
      lab = await ownLab()
      await buildMany(lab, { domains: 500, snapshotsEach: 2 })
    })

    afterAll(() => lab?.close())

    it('is read whole, and the process stays responsive meanwhile', async () => {
      const client = await openClient(lab)
      const turns = watchTurns()
      const domains = await client.domains.list()
      const snapshots = (await Promise.all(domains.map((domain) => client.snapshots.list(domain)))).flat()
      const xml = await Promise.all(snapshots.map((snapshot) => client.snapshots.readXml(snapshot)))
      const { longest } = turns.end()
      expect(domains).toHaveLength(500)
      expect(xml).toHaveLength(1_000)
      expect(client.connection.status).toMatchObject({ inFlight: 0, queued: 0, abandoned: 0 })
      // The tests' own work is in this figure; it is here to notice a loop that blocks.
      expect(longest).toBeLessThan(400)
    })
  })
})
