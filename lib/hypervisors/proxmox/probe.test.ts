import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generatedCluster } from '../../../e2e/labs/proxmox/generated'
import { openProxmoxHypervisor } from './adapter'
import { probeCluster } from './probe'
import { startTestLab, type TestLab, tokenOf } from './testing/lab'
import { readTotpKey, totpCode } from './totp'

const signal = () => AbortSignal.timeout(60_000)
let test: TestLab
beforeEach(async () => {
  test = await startTestLab()
})
afterEach(() => test.close())

const probe = (options: Parameters<TestLab['client']>[0] = {}) =>
  probeCluster(test.client(options), test.clock.now, signal())

describe('what a test of a connection finds', () => {
  it('version, node, guests, certificate and the authority to pin', async () => {
    expect(await probe()).toMatchObject({
      ok: true,
      value: {
        product: 'Proxmox VE',
        version: '9.2.11',
        node: 'pve1',
        guests: 12,
        clockSkewMillis: 0,
        cluster: {
          name: null,
          quorate: null,
          nodes: [{ name: 'pve1', online: true, fingerprint: test.lab.fingerprint }],
        },
        certificate: { fingerprint: test.lab.fingerprint, trust: 'leaf' },
        authority: { pem: expect.stringContaining('BEGIN CERTIFICATE') },
      },
    })
  })

  it('rights, read from the server and not tried out', async () => {
    const answer = await probe({ credentials: tokenOf('audit@pve!ro') })
    const access = answer.ok ? answer.value.access : []
    expect(access.filter(({ granted }) => granted === 'yes').map(({ ability }) => ability)).toEqual([
      'read-guests',
      'read-snapshots',
      'read-storage',
      'watch-events',
      'read-cluster',
    ])
  })

  it('a count of guests nobody may see is not zero', async () => {
    expect(await probe({ credentials: tokenOf('none@pve!none') })).toMatchObject({ ok: true, value: { guests: null } })
  })

  it('a clock that is off', async () => {
    const answer = await probeCluster(test.client(), () => test.clock.now() - 60_000, signal())
    expect(answer.ok && Math.abs((answer.value.clockSkewMillis ?? 0) - 60_000)).toBeLessThan(2_000)
  })

  it('a server that is too old, and something that is no Proxmox VE', async () => {
    test.cluster.state.release = { ...test.cluster.state.release, version: '7.4.3' }
    expect(await probe()).toMatchObject({ why: { code: 'too-old', has: '7.4.3', needs: '8.0' } })
    test.cluster.faults.onRequest({ kind: 'html', status: 200, html: '<html>hello' })
    expect(await probe()).toMatchObject({ why: { code: 'protocol' } })
  })

  it('numbers that come as strings', async () => {
    test.cluster.faults.onRequest({ kind: 'numbers-as-strings' })
    expect(await probe()).toMatchObject({ ok: true, value: { guests: 12, cluster: { nodes: [{ online: true }] } } })
  })
})

it('a cluster tells its name, quorum and other entrances', async () => {
  await test.close()
  test = await startTestLab((options) =>
    generatedCluster({ ...options, size: { nodes: 3, guests: 4, snapshotsEach: 0 } }),
  )
  const answer = await probe()
  if (!answer.ok) throw new Error(answer.why.code)
  expect(answer.value.cluster).toMatchObject({ name: expect.stringMatching(/./), quorate: true })
  expect(answer.value.cluster?.nodes).toHaveLength(3)
})

it('a reading tells where else the cluster answers, and uses it when the entered server is down', async () => {
  await test.close()
  test = await startTestLab((options) =>
    generatedCluster({ ...options, size: { nodes: 3, guests: 4, snapshotsEach: 0 } }),
  )
  const access = { ca: test.certificate.ca, fingerprints: [], login: tokenOf('root@pam!lab') }
  const hypervisor = openProxmoxHypervisor({ ...access, urls: [test.lab.url] })
  const { servers = [] } = await hypervisor.collect({ whole: true }, { thorough: true }, signal())
  const others = [...test.cluster.state.nodes.values()].filter(({ reach }) => reach !== 'local')
  expect(servers).toEqual(others.map(({ ip }) => `https://${ip}:${test.lab.port}`).sort())
  await hypervisor.close()
  const again = openProxmoxHypervisor({ ...access, urls: ['https://127.0.0.1:1'] }, { servers: [test.lab.url] })
  const { guests } = await again.collect({ whole: true }, { thorough: true }, signal())
  expect(guests.status).toBe('read')
  await again.close()
})

describe('a second factor', () => {
  const KEY = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const account = { method: 'password', username: 'audit', realm: 'pve', password: 'audit-lab-password' } as const
  beforeEach(() => {
    const user = test.cluster.state.users.get('audit@pve')
    if (user === undefined) throw new Error('no such user in the lab')
    user.totpKey = KEY
  })

  it('is asked for by name when no key is given', async () => {
    expect(await probe({ credentials: account })).toMatchObject({ why: { code: 'second-factor-needed', totp: true } })
  })

  it('is passed with the key, also twice within one period', async () => {
    const credentials = { ...account, totpKey: `otpauth://totp/pve?secret=${KEY}&issuer=x` }
    expect(await probe({ credentials })).toMatchObject({ ok: true })
    expect(await probe({ credentials })).toMatchObject({ ok: true })
  })

  it('a wrong key is told from a wrong password', async () => {
    const wrong = { ...account, totpKey: 'A'.repeat(32) }
    expect(await probe({ credentials: wrong })).toMatchObject({ why: { code: 'credentials-refused', method: 'totp' } })
    expect(await probe({ credentials: { ...wrong, password: 'no' } })).toMatchObject({
      why: { code: 'credentials-refused', method: 'password' },
    })
  })

  it('makes the codes of RFC 6238', () => {
    const key = Buffer.from('12345678901234567890')
    expect(totpCode(key, 59_000)).toBe('287082')
    expect(totpCode(key, 1_111_111_109_000)).toBe('081804')
    expect(totpCode(key, 20_000_000_000_000)).toBe('353130')
    expect(readTotpKey('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')).toEqual(key)
    expect(readTotpKey('too short')).toBeNull()
  })
})
