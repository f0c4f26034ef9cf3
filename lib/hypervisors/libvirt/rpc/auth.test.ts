import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TransportError } from './errors'
import { openOver } from './open'
import { connectProcedures } from './procedures/connect'
import { FakeDaemon, Refusal } from './testing/fake-daemon'
import { memoryLink } from './testing/memory-transport'
import { connectionRig } from './testing/rig'

const credentials = { username: 'operator', password: 'c0rrect horse, 电池' }
const { authList, authPolkit, authSaslInit, authSaslStart, authSaslStep } = connectProcedures

/** A daemon that asks for SASL with these mechanisms. */
const offering = (mechanisms: string) => (daemon: FakeDaemon) =>
  void daemon.on(authList, () => [1]).on(authSaslInit, () => mechanisms)

/** The server's half of SCRAM-SHA-256, for one password; `lie` spoils its proof. */
function scramServer(daemon: FakeDaemon, password: string, { lie = false, skipProof = false } = {}): void {
  const keyed = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const salted = pbkdf2Sync(password, 'salt', 4096, 32, 'sha256')
  let clientFirst = ''
  let serverFirst = ''
  daemon.on(authSaslStart, ({ data }) => {
    clientFirst = data.toString().slice(3)
    serverFirst = `${/r=.*/.exec(clientFirst)?.[0]}SERVER,s=${Buffer.from('salt').toString('base64')},i=4096`
    return { complete: false, nil: false, data: Buffer.from(serverFirst) }
  })
  daemon.on(authSaslStep, ({ data }) => {
    const [withoutProof, proof = ''] = data.toString().split(',p=')
    const exchange = `${clientFirst},${serverFirst},${withoutProof}`
    const clientKey = keyed(salted, 'Client Key')
    const signature = keyed(createHash('sha256').update(clientKey).digest(), exchange)
    const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')
    if (proof !== expected) throw new Refusal(45, 'authentication failed')
    if (skipProof) return { complete: true, nil: true, data: Buffer.alloc(0) }
    const ownProof = keyed(keyed(lie ? Buffer.alloc(32) : salted, 'Server Key'), exchange).toString('base64')
    return { complete: true, nil: false, data: Buffer.from(`v=${ownProof}`) }
  })
}

const failure = (rig: Promise<unknown>): Promise<string> =>
  rig.then(
    () => 'signed in',
    (error: unknown) => (error instanceof TransportError ? error.kind : String(error)),
  )

describe('signing in', () => {
  it('asks for nothing where the daemon asks for nothing', async () => {
    const { connection } = await connectionRig()
    expect(connection.signedInWith).toBe('none')
  })

  it('lets polkit decide', async () => {
    const { connection } = await connectionRig({}, (daemon) =>
      daemon.on(authList, () => [2]).on(authPolkit, () => true),
    )
    expect(connection.signedInWith).toBe('polkit')
  })

  it("hands on polkit's refusal as libvirt's own error", async () => {
    const opening = connectionRig({}, (daemon) =>
      daemon
        .on(authList, () => [2])
        .on(authPolkit, () => {
          throw new Refusal(94, 'no polkit agent available')
        }),
    )
    await expect(opening).rejects.toMatchObject({ name: 'LibvirtError', codeName: 'authUnavailable' })
  })

  it('names a way of signing in that it does not know', async () => {
    expect(await failure(connectionRig({}, (daemon) => daemon.on(authList, () => [7])))).toBe('auth-unsupported')
  })

  it('prefers SCRAM, and both sides prove that they know the password', async () => {
    const { connection, daemon } = await connectionRig({ credentials }, (fake) => {
      offering('PLAIN SCRAM-SHA-1 SCRAM-SHA-256')(fake)
      scramServer(fake, credentials.password)
    })
    expect(connection.signedInWith).toBe('sasl')
    expect(daemon.calls.find((call) => call.name === 'auth_sasl_start')?.args).toMatchObject({
      mechanism: 'SCRAM-SHA-256',
    })
    expect(JSON.stringify(daemon.calls)).not.toContain(credentials.password)
  })

  it.each<[string, (daemon: FakeDaemon) => void, string]>([
    ['a wrong password', (daemon) => scramServer(daemon, 'another'), 'auth-failed'],
    ['a server that lies', (d) => scramServer(d, credentials.password, { lie: true }), 'auth-server-unverified'],
    [
      'a server without proof',
      (d) => scramServer(d, credentials.password, { skipProof: true }),
      'auth-server-unverified',
    ],
    [
      'a server that goes on for ever',
      (daemon) =>
        daemon
          .on(authSaslInit, () => 'PLAIN')
          .on(authSaslStart, () => ({ complete: false, nil: true, data: Buffer.alloc(0) }))
          .on(authSaslStep, () => ({ complete: false, nil: true, data: Buffer.alloc(0) })),
      'auth-failed',
    ],
  ])('%s is noticed', async (_name, prepare, kind) => {
    const opening = connectionRig({ credentials }, (daemon) => {
      offering('SCRAM-SHA-256')(daemon)
      prepare(daemon)
    })
    expect(await failure(opening)).toBe(kind)
  })

  it('uses PLAIN where nobody can read along', async () => {
    const { daemon } = await connectionRig({ credentials }, (fake) => {
      offering('GSSAPI PLAIN')(fake)
      fake.on(authSaslStart, () => ({ complete: true, nil: true, data: Buffer.alloc(0) }))
    })
    const start = daemon.calls.find((call) => call.name === 'auth_sasl_start')?.args
    expect(start).toMatchObject({ mechanism: 'PLAIN', data: Buffer.from('\0operator\0c0rrect horse, 电池') })
  })

  it('does not send a password readable over a network, unless somebody accepted that', async () => {
    const openOverNetwork = (acceptCleartext: boolean) => {
      const { transport, peer } = memoryLink()
      const daemon = new FakeDaemon(peer)
      peer.onBytes = (bytes) => daemon.receive(bytes)
      offering('PLAIN')(daemon)
      daemon.on(authSaslStart, () => ({ complete: true, nil: true, data: Buffer.alloc(0) }))
      const network = { ...transport, confidential: false }
      return openOver(network, 'qemu:///system', { credentials, acceptCleartext, keepalive: null })
    }
    expect(await failure(openOverNetwork(false))).toBe('auth-unsupported')
    expect(await failure(openOverNetwork(true))).toBe('signed in')
  })

  it('does not know GSSAPI and says what the daemon offers', async () => {
    const opening = connectionRig({ credentials }, offering('GSSAPI DIGEST-MD5'))
    await expect(opening).rejects.toMatchObject({ kind: 'auth-unsupported', detail: 'GSSAPI DIGEST-MD5' })
  })

  it('says so when the daemon has nothing to offer', async () => {
    const opening = connectionRig({ credentials }, (daemon) =>
      daemon
        .on(authList, () => [1])
        .on(authSaslInit, () => {
          throw new Refusal(45)
        }),
    )
    expect(await failure(opening)).toBe('auth-unsupported')
  })

  it('asks for credentials when there are none, and refuses those that cannot be written', async () => {
    expect(await failure(connectionRig({}, offering('SCRAM-SHA-256')))).toBe('auth-required')
    const unusable = { username: 'operator', password: 'bell\u0007' }
    expect(await failure(connectionRig({ credentials: unusable }, offering('SCRAM-SHA-256')))).toBe('auth-failed')
  })
})
