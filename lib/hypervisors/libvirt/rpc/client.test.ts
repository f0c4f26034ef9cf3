import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LibvirtClient } from './client'
import { versionOf } from './client/host'
import { connectProcedures } from './procedures/connect'
import { domainProcedures } from './procedures/domain'
import { snapshotProcedures } from './procedures/snapshot'
import { storageProcedures } from './procedures/storage'
import { findLocalSockets, socketPathsFor, storageSocketBeside } from './sockets'
import { type FakeDaemon, Refusal, silence } from './testing/fake-daemon'
import { aDomain } from './testing/rig'
import { type SocketDaemons, socketDaemons } from './testing/socket-daemon'

const pool = { name: 'default', uuid: 'dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566' }

let daemons: SocketDaemons
let clients: LibvirtClient[]

beforeEach(async () => {
  daemons = await socketDaemons()
  clients = []
})

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await daemons.close()
})

const directories = () => ({ system: daemons.directory, session: null })

async function open(options: { readOnly?: boolean } = {}): Promise<LibvirtClient> {
  const client = await LibvirtClient.open({ uri: 'qemu:///system', socketDirectories: directories(), ...options })
  clients.push(client)
  return client
}

const withDomains = (daemon: FakeDaemon) =>
  void daemon.on(connectProcedures.listAllDomains, () => ({ domains: [aDomain], count: 1 }))
const withPools = (daemon: FakeDaemon) =>
  void daemon.on(storageProcedures.listAllPools, () => ({ pools: [pool], count: 1 }))

describe('a host with libvirtd', () => {
  it('is asked everything over one connection', async () => {
    let connections = 0
    await daemons.listen('libvirt-sock', (daemon) => {
      connections += 1
      withDomains(daemon)
      withPools(daemon)
    })
    const client = await open()
    expect(await client.domains.list()).toEqual([aDomain])
    expect(await client.storage.listPools()).toEqual([pool])
    expect(connections).toBe(1)
  })

  it('is asked through its read-only socket where that is wanted', async () => {
    await daemons.listen('libvirt-sock-ro', withDomains)
    const client = await open({ readOnly: true })
    expect(client.connection.readOnly).toBe(true)
    expect(await client.domains.list()).toEqual([aDomain])
  })
})

describe('a host with modular daemons', () => {
  it('is asked for domains at one and for storage at the other, connected when needed', async () => {
    const opened: string[] = []
    const noteOpen = (daemon: FakeDaemon) =>
      void daemon.on(connectProcedures.open, ({ uri }) => void opened.push(uri ?? ''))
    await daemons.listen('virtqemud-sock', (daemon) => {
      noteOpen(daemon)
      withDomains(daemon)
    })
    await daemons.listen('virtstoraged-sock', (daemon) => {
      noteOpen(daemon)
      withPools(daemon)
      daemon.on(storageProcedures.volumeDownload, () => undefined)
    })
    const client = await open()
    expect(await client.domains.list()).toEqual([aDomain])
    expect(opened).toEqual(['qemu:///system'])
    expect(await Promise.all([client.storage.listPools(), client.storage.listPools()])).toEqual([[pool], [pool]])
    const volume = { pool: 'default', name: 'disk', key: '/images/disk' }
    const stream = await client.openStream(storageProcedures.volumeDownload, {
      volume,
      offset: 0n,
      length: 0n,
      flags: 0,
    })
    stream.close()
    expect(opened).toEqual(['qemu:///system', 'storage:///system'])
  })

  it('without a storage daemon is asked for storage at virtqemud, which forwards', async () => {
    await daemons.listen('virtqemud-sock', withPools)
    expect(await (await open()).storage.listPools()).toEqual([pool])
  })

  it('whose storage daemon was restarted is asked again over a new connection', async () => {
    await daemons.listen('virtqemud-sock')
    let connections = 0
    await daemons.listen('virtstoraged-sock', (daemon, socket) => {
      connections += 1
      if (connections > 1) return withPools(daemon)
      daemon.on(storageProcedures.listAllPools, () => {
        socket.destroy()
        return silence()
      })
    })
    const client = await open()
    await expect(client.storage.listPools()).rejects.toMatchObject({ kind: 'closed' })
    expect(await client.storage.listPools()).toEqual([pool])
  })

  it('tells pool events from the storage daemon and domain events from the other', async () => {
    const registered: string[] = []
    await daemons.listen('virtqemud-sock', (daemon) =>
      daemon.on(connectProcedures.registerDomainEvent, () => registered.push('domains')),
    )
    await daemons.listen('virtstoraged-sock', (daemon) =>
      daemon.on(connectProcedures.registerPoolEvent, () => registered.push('storage')),
    )
    const subscription = await (await open()).listen(['lifecycle', 'pool-refresh'], () => undefined)
    expect(registered).toEqual(['domains', 'storage'])
    expect(subscription.refused).toEqual([])
    subscription.close()
  })
})

describe('a host without a daemon', () => {
  it('says that there is no socket', async () => {
    await expect(open()).rejects.toMatchObject({ kind: 'no-socket' })
  })

  it('says that nobody answers behind one', async () => {
    // What a killed daemon leaves behind: a socket file that nobody listens on.
    const path = join(daemons.directory, 'libvirt-sock')
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    await expect(open()).rejects.toMatchObject({ kind: 'refused' })
  })

  it('has no session where there is none', async () => {
    const opening = LibvirtClient.open({ uri: 'qemu:///session', socketDirectories: directories() })
    await expect(opening).rejects.toMatchObject({ kind: 'no-socket' })
  })
})

describe('local sockets', () => {
  it('are found with what they are, full access first', async () => {
    const path = await daemons.listen('libvirt-sock')
    const readOnly = await daemons.listen('libvirt-sock-ro')
    const modular = await daemons.listen('virtqemud-sock')
    await writeFile(join(daemons.directory, 'virtqemud-sock-ro'), 'not a socket')
    expect(await findLocalSockets(directories())).toEqual([
      { path, kind: 'libvirtd', readOnly: false, scope: 'system', writable: true },
      { path: modular, kind: 'virtqemud', readOnly: false, scope: 'system', writable: true },
      { path: readOnly, kind: 'libvirtd', readOnly: true, scope: 'system', writable: true },
    ])
  })

  it('of a session come after those of the system', async () => {
    const path = await daemons.listen('libvirt-sock')
    expect(await findLocalSockets({ system: '/nonexistent', session: daemons.directory })).toEqual([
      { path, kind: 'libvirtd', readOnly: false, scope: 'session', writable: true },
    ])
  })

  it('are tried in order, libvirtd before virtqemud; a session has no read-only one', () => {
    const both = { system: '/run/libvirt', session: '/run/user/1000/libvirt' }
    expect(socketPathsFor('system', true, both)).toEqual([
      '/run/libvirt/libvirt-sock-ro',
      '/run/libvirt/virtqemud-sock-ro',
    ])
    expect(socketPathsFor('session', true, both)).toEqual([
      '/run/user/1000/libvirt/libvirt-sock',
      '/run/user/1000/libvirt/virtqemud-sock',
    ])
  })

  it.each([
    ['/run/libvirt/virtqemud-sock', '/run/libvirt/virtstoraged-sock'],
    ['/run/libvirt/virtqemud-sock-ro', '/run/libvirt/virtstoraged-sock-ro'],
    ['/run/libvirt/libvirt-sock', null],
  ])('beside %s storage listens at %s', (path, expected) => {
    expect(storageSocketBeside(path)).toBe(expected)
  })
})

describe('answers', () => {
  it('that say "no such thing" are null, other refusals are errors', async () => {
    await daemons.listen('libvirt-sock', (daemon) => {
      daemon.on(domainProcedures.lookupByUuid, () => {
        throw new Refusal(42)
      })
      daemon.on(domainProcedures.lookupByName, () => {
        throw new Refusal(88)
      })
      daemon.on(snapshotProcedures.current, () => {
        throw new Refusal(72)
      })
    })
    const client = await open()
    expect(await client.domains.findByUuid(aDomain.uuid)).toBeNull()
    expect(await client.snapshots.findCurrent(aDomain)).toBeNull()
    await expect(client.domains.findByName('db01')).rejects.toMatchObject({ codeName: 'accessDenied' })
  })

  it('with more bytes than a number holds are not known', async () => {
    await daemons.listen('libvirt-sock', (daemon) =>
      daemon.on(storageProcedures.poolGetInfo, () => ({
        state: 2,
        capacity: 2n ** 64n - 1n,
        allocation: 10n,
        available: 2n ** 53n,
      })),
    )
    const info = await (await open()).storage.readPoolInfo(pool)
    expect(info).toEqual({ state: 2, capacity: null, allocation: 10, available: null })
  })

  it('give versions in parts', () => {
    expect(versionOf(11_003_007n)).toEqual({ major: 11, minor: 3, release: 7, text: '11.3.7' })
  })
})
