/** Who answers at an address, where it is not a libvirt we can read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './connect'
import { connectProcedures } from './rpc/procedures/connect'
import type { FakeDaemon } from './rpc/testing/fake-daemon'
import { type SocketDaemons, socketDaemons } from './rpc/testing/socket-daemon'

let daemons: SocketDaemons
beforeAll(async () => {
  daemons = await socketDaemons()
})
afterAll(() => daemons.close())

const connectTo = (socketPath: string) =>
  connect({
    uri: 'qemu:///system',
    cleartextAccepted: false,
    readOnly: true,
    credentials: {},
    socketPath,
    signal: AbortSignal.timeout(60_000),
  })

const ofVersion = (packed: bigint) => (daemon: FakeDaemon) =>
  daemon
    .on(connectProcedures.getType, () => 'QEMU')
    .on(connectProcedures.getHostname, () => 'kvm-old')
    .on(connectProcedures.getLibVersion, () => packed)

describe('a libvirt', () => {
  it('older than what we can read says which version it needs, and is left', async () => {
    let closed = false
    const path = await daemons.listen('old', (daemon, socket) => {
      ofVersion(4_010_000n)(daemon)
      socket.on('close', () => {
        closed = true
      })
    })
    expect(await connectTo(path)).toEqual({
      ok: false,
      why: { code: 'too-old', product: 'libvirt', has: '4.10.0', needs: '5.0.0' },
    })
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(true)
  })

  it('of the oldest version we can read is read', async () => {
    const outcome = await connectTo(await daemons.listen('oldest', ofVersion(5_000_000n)))
    expect(outcome).toMatchObject({ ok: true, value: { node: 'kvm-old', versionText: '5.0.0' } })
    if (outcome.ok) await outcome.value.client.close()
  })
})

it('another service at the address is not taken for one', async () => {
  const path = await daemons.listen('http', (_daemon, socket) => {
    socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
  })
  expect(await connectTo(path)).toMatchObject({ ok: false, why: { code: 'protocol' } })
})
