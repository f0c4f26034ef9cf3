import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { LibvirtClient } from './client'
import { isTransportError, type TransportErrorKind } from './errors'
import type { OpenOptions } from './open'
import { fetchTlsCertificate, sameFingerprint } from './transports/certificates'
import { fetchSshHostKeys } from './transports/host-keys'

/* Every way in, against a real libvirtd: what works, and what each mistake is called. */

/** Opens, asks one thing, closes; answers who we talked to. */
async function hostnameVia(options: OpenOptions): Promise<string> {
  const client = await LibvirtClient.open(options)
  try {
    return (await client.host.readFacts()).driver
  } finally {
    await client.close()
  }
}

async function failureOf(options: OpenOptions): Promise<TransportErrorKind | 'opened'> {
  try {
    await hostnameVia(options)
    return 'opened'
  } catch (error) {
    if (isTransportError(error)) return error.kind
    throw error
  }
}

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the laboratory has no such endpoint')
  return value
}

const soon = () => AbortSignal.timeout(120_000)

describeWithLab('ways in', () => {
  let lab: LibvirtLab

  beforeAll(async () => {
    const started = await startLibvirtLab({ tcp: true, tls: true, ssh: true })
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
  })

  afterAll(() => lab?.close())

  it('a local socket', async () => {
    expect(await hostnameVia({ uri: 'qemu:///system', socketPath: lab.socket })).toBe('QEMU')
    expect(await hostnameVia({ uri: `qemu:///system?socket=${lab.socket}` })).toBe('QEMU')
    expect(await hostnameVia({ uri: `qemu:///system?socket=${lab.socket}`, readOnly: true })).toBe('QEMU')
  })

  it('tcp', async () => {
    const { host, port } = given(lab.tcp)
    expect(await hostnameVia({ uri: `qemu+tcp://${host}:${port}/system` })).toBe('QEMU')
  })

  describe('tls', () => {
    const uri = () => `qemu+tls://${given(lab.tls).host}:${given(lab.tls).port}/system`
    const client = () => ({ certificate: given(lab.tls).clientCertPem, key: given(lab.tls).clientKeyPem })

    it('by authority and name', async () => {
      const tls = { ca: given(lab.tls).caPem, ...client() }
      expect(await hostnameVia({ uri: uri(), tls })).toBe('QEMU')
      expect(await hostnameVia({ uri: uri().replace('127.0.0.1', 'localhost'), tls })).toBe('QEMU')
    })

    it('by fingerprint, which a person can compare', async () => {
      const { host, port, fingerprint } = given(lab.tls)
      const offered = await fetchTlsCertificate(host, port, soon())
      expect(sameFingerprint(offered.fingerprint, fingerprint)).toBe(true)
      expect(offered).toMatchObject({ subject: expect.stringContaining('CN=server'), altNames: expect.any(String) })
      expect(await hostnameVia({ uri: uri(), tls: { fingerprint: fingerprint.toLowerCase(), ...client() } })).toBe(
        'QEMU',
      )
    })

    it('every mistake has its name', async () => {
      const { caPem: ca, wrongCaPem, wrongClientCertPem, wrongClientKeyPem, fingerprint } = given(lab.tls)
      const tcpPort = given(lab.tcp).port
      const attempt = (tls: OpenOptions['tls'], address = uri()) =>
        failureOf({ uri: address, openTimeoutMs: 10_000, ...(tls ? { tls } : {}) })
      expect(await attempt({ ca: wrongCaPem, ...client() })).toBe('tls-untrusted')
      expect(await attempt(client())).toBe('tls-untrusted')
      expect(await attempt({ ca })).toBe('tls-client-rejected')
      expect(await attempt({ ca, certificate: wrongClientCertPem, key: wrongClientKeyPem })).toBe('tls-client-rejected')
      expect(await attempt({ ca, certificate: client().certificate, key: wrongClientKeyPem })).toBe('tls-material')
      expect(await attempt({ ca: 'not a certificate' })).toBe('tls-material')
      expect(await attempt({ fingerprint: fingerprint.replace(/^../, 'ZZ'), ...client() })).toBe('tls-pin')
      const other = (fingerprint.startsWith('00') ? '11' : '00') + fingerprint.slice(2)
      expect(await attempt({ fingerprint: other, ...client() })).toBe('tls-pin')
      expect(await attempt({ ca, ...client() }, uri().replace('127.0.0.1', '127.0.0.2'))).toBe('refused')
      expect(await attempt({ ca, ...client() }, `qemu+tls://127.0.0.1:${tcpPort}/system`)).toBe('tls-failed')
    })
  })

  describe('ssh', () => {
    const uri = () => `qemu+ssh://${given(lab.ssh).user}@${given(lab.ssh).host}:${given(lab.ssh).port}/system`
    const keys = () => ({ privateKey: given(lab.ssh).keyPem, knownHosts: given(lab.ssh).knownHosts })
    const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('libvirt-rpc-'))

    it('through virt-ssh-helper, read-only as well, leaving no key behind', async () => {
      const before = leftovers()
      expect(await hostnameVia({ uri: uri(), ssh: keys() })).toBe('QEMU')
      expect(await hostnameVia({ uri: uri(), ssh: keys(), readOnly: true })).toBe('QEMU')
      expect(leftovers()).toEqual(before)
    })

    it('through netcat', async () => {
      const address = `${uri()}?socket=/run/libvirt/libvirt-sock`
      expect(await hostnameVia({ uri: address, ssh: keys() })).toBe('QEMU')
    })

    it('with the host key a person was shown', async () => {
      const { host, port, privateKey } = { ...given(lab.ssh), ...keys() }
      const [key] = await fetchSshHostKeys(host, port, soon())
      expect(key).toMatchObject({ type: 'ssh-ed25519', fingerprint: expect.stringMatching(/^SHA256:/) })
      expect(await hostnameVia({ uri: uri(), ssh: { privateKey, knownHosts: given(key).knownHostsLine } })).toBe('QEMU')
    })

    it('every mistake has its name', async () => {
      const { wrongKeyPem, wrongKnownHosts } = given(lab.ssh)
      const before = leftovers()
      const attempt = (ssh: NonNullable<OpenOptions['ssh']>, address = uri()) =>
        failureOf({ uri: address, ssh: { ...keys(), ...ssh } })
      expect(await attempt({ privateKey: wrongKeyPem })).toBe('ssh-auth')
      expect(await attempt({ privateKey: 'not a key' })).toBe('ssh-key-material')
      expect(await attempt({ knownHosts: wrongKnownHosts })).toBe('ssh-host-key-changed')
      expect(await attempt({ knownHosts: '' })).toBe('ssh-host-key-unknown')
      expect(await attempt({}, `${uri()}?socket=/run/libvirt/nothing-sock`)).toBe('no-socket')
      expect(await attempt({}, 'qemu+ssh://root@127.0.0.1:1/system')).toBe('refused')
      expect(await attempt({}, 'qemu+ssh://root@no-such-host.invalid/system')).toBe('unknown-host')
      await expect(fetchSshHostKeys('127.0.0.1', 1, soon())).rejects.toMatchObject({ kind: 'refused' })
      await expect(fetchSshHostKeys('127.0.0.1', given(lab.tcp).port, soon())).rejects.toMatchObject({
        kind: 'ssh-failed',
      })
      await expect(fetchSshHostKeys('no-such-host.invalid', 22, soon())).rejects.toMatchObject({ kind: 'unknown-host' })
      expect(leftovers()).toEqual(before)
    })
  })

  it('wrong addresses have their names', async () => {
    expect(await failureOf({ uri: 'qemu:///system', socketPath: join(lab.dir, 'nothing') })).toBe('no-socket')
    expect(await failureOf({ uri: 'qemu+tcp://127.0.0.1:1/system' })).toBe('refused')
    expect(await failureOf({ uri: 'qemu+tcp://no-such-host.invalid/system' })).toBe('unknown-host')
  })
})

describeWithLab('signing in', () => {
  let lab: LibvirtLab

  beforeAll(async () => {
    const started = await startLibvirtLab({ sasl: true, tls: true })
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
  })

  afterAll(() => lab?.close())

  const local = () => ({ uri: 'qemu:///system', socketPath: lab.socket })
  const credentials = () => ({ username: given(lab.saslTcp).username, password: given(lab.saslTcp).password })

  it('with SCRAM, over a socket, over TCP and over TLS', async () => {
    const { host, port } = given(lab.saslTcp)
    const tls = given(lab.saslTls)
    expect(await hostnameVia({ ...local(), credentials: credentials() })).toBe('QEMU')
    expect(await hostnameVia({ uri: `qemu+tcp://${host}:${port}/system`, credentials: credentials() })).toBe('QEMU')
    expect(
      await hostnameVia({
        uri: `qemu+tls://${tls.host}:${tls.port}/system`,
        tls: { ca: tls.caPem, certificate: tls.clientCertPem, key: tls.clientKeyPem },
        credentials: credentials(),
      }),
    ).toBe('QEMU')
  })

  it('fails by name: wrong password, unknown user, nothing given, nothing offered', async () => {
    const { username } = credentials()
    expect(await failureOf({ ...local(), credentials: { username, password: 'wrong' } })).toBe('auth-failed')
    expect(await failureOf({ ...local(), credentials: { username: 'nobody', password: 'x' } })).toBe('auth-failed')
    expect(await failureOf(local())).toBe('auth-required')
    const { host, port } = given(lab.saslTcpWithoutMechanism)
    const uri = `qemu+tcp://${host}:${port}/system`
    expect(await failureOf({ uri, credentials: credentials() })).toBe('auth-unsupported')
  })

  it('with PLAIN, where nobody can read along', async () => {
    const database = `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${join(lab.dir, 'sasl', 'passwd.db')}`
    await writeFile(join(lab.dir, 'sasl', 'libvirt.conf'), `mech_list: plain\n${database}\n`)
    await lab.daemon.restart()
    const { host, port } = given(lab.saslTcp)
    const overTcp = { uri: `qemu+tcp://${host}:${port}/system`, credentials: credentials() }
    expect(await hostnameVia({ ...local(), credentials: credentials() })).toBe('QEMU')
    expect(await hostnameVia(overTcp)).toBe('QEMU')
    const wrong = { ...credentials(), password: 'wrong' }
    expect(await failureOf({ ...local(), credentials: wrong })).toBe('auth-failed')
  })
})
