/** Every way to a host as a person meets it: what the wizard is told when something about it is not right. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Reason } from '@/lib/domain/reason'
import type { LibvirtCredentials } from '../credentials'
import { openLibvirtHypervisor } from './adapter'
import { readOfferedIdentity } from './offered'
import { patience, readWhole } from './testing/reading'

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the laboratory has no such endpoint')
  return value
}

/** What testing a connection says: the product's version, or the reason it cannot. */
async function testConnection(
  uri: string,
  credentials: LibvirtCredentials,
  over: { cleartextAccepted?: boolean; mode?: 'observe' | 'operate' } = {},
): Promise<Reason | 'granted'> {
  const hypervisor = openLibvirtHypervisor({ uri, cleartextAccepted: false, mode: 'observe', ...over }, credentials)
  const probe = await hypervisor.probe(patience())
  const collection = await readWhole(hypervisor)
  await hypervisor.close()
  if (!probe.ok) {
    expect(collection.guests, 'a collection says the same').toEqual({ status: 'unread', reason: probe.why })
    return probe.why
  }
  expect(collection.guests.status).toBe('read')
  return 'granted'
}

describeWithLab('a connection from elsewhere', () => {
  let lab: LibvirtLab
  beforeAll(async () => {
    const started = await startLibvirtLab({ tcp: true, tls: true, ssh: true })
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
  })
  afterAll(() => lab?.close())

  it('over ssh asks about an unknown host key, which is the one offered, and takes it once accepted', async () => {
    const { host, port, user, keyPem } = given(lab.ssh)
    const uri = `qemu+ssh://${user}@${host}:${port}/system`
    expect(await testConnection(uri, {})).toEqual({ code: 'credentials-missing', field: 'sshPrivateKey' })
    const asked = await testConnection(uri, { sshPrivateKey: keyPem })
    expect(asked).toMatchObject({ code: 'host-key-unknown', fingerprint: expect.stringMatching(/^SHA256:/) })
    if (asked === 'granted' || asked.code !== 'host-key-unknown') throw new Error('no key was offered')
    const offered = await readOfferedIdentity(uri, patience())
    expect(offered).toMatchObject({ ok: true, value: { kind: 'host-keys' } })
    expect(
      offered.ok && offered.value.kind === 'host-keys' ? offered.value.keys.map((key) => key.fingerprint) : [],
    ).toContain(asked.fingerprint)
    expect(await testConnection(uri, { sshPrivateKey: keyPem, sshKnownHosts: asked.key })).toBe('granted')
  })

  it('over ssh says what is wrong with a key, ours or theirs', async () => {
    const { host, port, user, keyPem, knownHosts, wrongKeyPem, wrongKnownHosts } = given(lab.ssh)
    const uri = `qemu+ssh://${user}@${host}:${port}/system`
    const wrongHost = await testConnection(uri, { sshPrivateKey: keyPem, sshKnownHosts: wrongKnownHosts })
    expect(wrongHost).toMatchObject({ code: 'host-key-changed', fingerprint: expect.stringMatching(/^SHA256:/) })
    expect(await testConnection(uri, { sshPrivateKey: wrongKeyPem, sshKnownHosts: knownHosts })).toEqual({
      code: 'credentials-refused',
      method: 'ssh-key',
    })
    expect(await testConnection(uri, { sshPrivateKey: 'not a key', sshKnownHosts: knownHosts })).toEqual({
      code: 'key-unusable',
      field: 'privateKey',
    })
  })

  it('over TLS asks about an unknown certificate, which is the one offered, and takes it once pinned', async () => {
    const { host, port, clientCertPem, clientKeyPem, caPem } = given(lab.tls)
    const uri = `qemu+tls://${host}:${port}/system`
    const ours = { tlsCertificate: clientCertPem, tlsKey: clientKeyPem }
    const asked = await testConnection(uri, ours)
    expect(asked).toMatchObject({
      code: 'certificate-unknown',
      subject: expect.any(String),
      validTo: expect.any(String),
    })
    if (asked === 'granted' || asked.code !== 'certificate-unknown') throw new Error('no certificate was offered')
    const { code: _code, ...certificate } = asked
    expect(await readOfferedIdentity(uri, patience())).toEqual({
      ok: true,
      value: { kind: 'certificate', certificate },
    })
    expect(await testConnection(uri, { ...ours, tlsFingerprint: asked.fingerprint })).toBe('granted')
    expect(await testConnection(uri, { ...ours, tlsCa: caPem })).toBe('granted')
    const other = 'AA'.repeat(32)
    expect(await testConnection(uri, { ...ours, tlsFingerprint: other })).toEqual({
      code: 'certificate-changed',
      expected: [other],
      fingerprint: asked.fingerprint,
    })
    expect(await testConnection(uri, { tlsCa: caPem })).toEqual({ code: 'certificate-refused' })
  })

  it('that is refused, misspelled or readable by everybody is said to be so', async () => {
    const { host, port } = given(lab.tcp)
    expect(await testConnection(`qemu+tcp://${host}:${port}/system`, {})).toBe('granted')
    expect(await testConnection(`qemu+tcp://${host}:1/system`, {})).toEqual({
      code: 'unreachable',
      address: `${host}:1`,
      cause: 'refused',
    })
    expect(await testConnection('qemu+tcp://192.0.2.1/system', {})).toEqual({ code: 'cleartext', address: '192.0.2.1' })
    expect(await testConnection('qemu+ssh://-oProxyCommand=id/system', {})).toMatchObject({
      code: 'address-invalid',
      problem: 'dash',
    })
    expect(
      await testConnection('qemu+ssh://kvm01.invalid/system', { sshPrivateKey: given(lab.ssh).keyPem }),
    ).toMatchObject({
      code: 'unreachable',
      cause: 'unknown-host',
    })
    expect(await readOfferedIdentity(`qemu+tcp://${host}:${port}/system`, patience())).toEqual({
      ok: true,
      value: { kind: 'none' },
    })
    expect(await readOfferedIdentity(`qemu+tls://${host}:1/system`, patience())).toMatchObject({
      why: { code: 'unreachable' },
    })
    expect(await readOfferedIdentity('nonsense', patience())).toMatchObject({ why: { code: 'address-invalid' } })
  })

  it('tells an observer what is missing, and everybody else that nothing is', async () => {
    await lab.defineGuest({ name: 'probed', disks: [{ format: 'qcow2', sizeMiB: 2 }] })
    await lab.expectVirsh('pool-refresh', 'default')
    const access = async (mode: 'observe' | 'operate') => {
      const { host, port } = given(lab.tcp)
      const uri = `qemu+tcp://${host}:${port}/system`
      const hypervisor = openLibvirtHypervisor({ uri, cleartextAccepted: false, mode }, {})
      const probe = await hypervisor.probe(patience())
      await hypervisor.close()
      if (!probe.ok) throw new Error(JSON.stringify(probe.why))
      return Object.fromEntries(probe.value.access.map(({ ability, granted, why }) => [ability, why?.code ?? granted]))
    }
    const reading = { 'read-guests': 'yes', 'read-snapshots': 'yes', 'read-storage': 'yes', 'watch-events': 'yes' }
    const changing = ['take-snapshot', 'roll-back', 'delete-snapshot', 'power']
    expect(await access('operate')).toEqual({
      ...reading,
      'read-volumes': 'yes',
      ...Object.fromEntries(changing.map((ability) => [ability, 'yes'])),
    })
    expect(await access('observe')).toEqual({
      ...reading,
      'read-volumes': 'not-permitted',
      ...Object.fromEntries(changing.map((ability) => [ability, 'observe-only'])),
    })
  })
})
