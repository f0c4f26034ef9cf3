import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeClusterCertificates, makeNodeCertificate } from '../../../e2e/labs/proxmox/certificate'
import { type ProxmoxLab, startProxmoxLab } from '../../../e2e/labs/proxmox/server'
import { startTestLab, type TestLab } from './testing/lab'
import { judgeCertificate, plainFingerprint } from './trust'

const signal = () => AbortSignal.timeout(60_000)
const nothing = { ca: null, fingerprints: [] }

let test: TestLab
let further: ProxmoxLab[]
beforeEach(async () => {
  test = await startTestLab()
  further = []
})
afterEach(async () => {
  await Promise.all(further.map((lab) => lab.close()))
  await test.close()
})

const version = (options: Parameters<TestLab['client']>[0]) => test.client(options).get(['version'], {}, signal())

describe('before the first byte', () => {
  it('an unknown certificate is offered, and nothing was sent', async () => {
    expect(await version({ pins: nothing })).toMatchObject({
      why: {
        code: 'certificate-unknown',
        fingerprint: test.lab.fingerprint,
        subject: expect.stringContaining('CN=pve1'),
        issuer: expect.stringContaining('O=PVE Cluster Manager CA'),
        validTo: expect.stringMatching(/Z$/),
      },
    })
    expect(test.lab.requests()).toBe(0)
  })

  it('the pinned certificate, or the pinned authority, is believed', async () => {
    const { ca, fingerprint } = test.certificate
    expect(await version({ pins: { ca: null, fingerprints: [plainFingerprint(fingerprint)] } })).toMatchObject({
      ok: true,
    })
    expect(await version({ pins: { ca, fingerprints: [] } })).toMatchObject({ ok: true })
  })

  it('another certificate than the pinned one stops the connection, and no password went out', async () => {
    const credentials = { method: 'password', username: 'snap', realm: 'pve', password: 'snap-lab-password' } as const
    const { ca } = test.certificate
    const client = test.client({ credentials, pins: { ca, fingerprints: [] } })
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    const before = test.lab.requests()
    const other = makeNodeCertificate('pve1', ['127.0.0.1'])
    test.lab.changeCertificate(other)
    expect(await client.get(['version'], {}, signal())).toMatchObject({
      why: {
        code: 'certificate-changed',
        fingerprint: other.fingerprint,
        expected: [new X509Certificate(ca).fingerprint256],
      },
    })
    expect(test.lab.requests()).toBe(before)
  })

  it('a renewed certificate of the pinned authority goes on without a question', async () => {
    const [first, renewed] = makeClusterCertificates(['pve1', 'pve1'], ['127.0.0.1'])
    if (first === undefined || renewed === undefined) throw new Error('two certificates were asked for')
    test.lab.changeCertificate(first)
    const client = test.client({ pins: { ca: first.ca, fingerprints: [] } })
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    test.lab.changeCertificate(renewed)
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    expect(client.server?.certificate).toMatchObject({ fingerprint: renewed.fingerprint, trust: 'authority' })
  })
})

describe('several nodes', () => {
  /** Another entrance to the same cluster. */
  async function entrance(certificate = test.certificate): Promise<ProxmoxLab> {
    const lab = await startProxmoxLab({ cluster: test.cluster, certificate })
    further.push(lab)
    return lab
  }
  const DOWN = 'https://127.0.0.1:1'
  const pins = () => ({ ca: test.certificate.ca, fingerprints: [] })

  it('the next one is used when the entered one is down, and one login serves both', async () => {
    const second = await entrance()
    const client = test.client({ origins: [DOWN, second.url], pins: pins() })
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    expect(client.server?.origin).toBe(second.url)
  })

  it('a ticket outlives the node it was asked of', async () => {
    const second = await entrance()
    const credentials = { method: 'password', username: 'snap', realm: 'pve', password: 'snap-lab-password' } as const
    const client = test.client({ origins: [second.url, test.lab.url], pins: pins(), credentials })
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    await second.close()
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    expect(client.server?.origin).toBe(test.lab.url)
  })

  it('a node the cluster told about is used only when its certificate fits the pin', async () => {
    const fitting = await entrance()
    const stranger = await entrance(makeNodeCertificate('pve9', ['127.0.0.1']))
    const client = test.client({ origins: [DOWN], pins: pins() })
    client.learnNodes([stranger.url])
    expect(await client.get(['version'], {}, signal())).toMatchObject({
      why: { code: 'unreachable', cause: 'refused' },
    })
    expect(stranger.requests()).toBe(0)
    client.learnNodes([stranger.url, fitting.url])
    expect(await client.get(['version'], {}, signal())).toMatchObject({ ok: true })
    expect(client.server?.origin).toBe(fitting.url)
  })

  it('a wrong certificate at an entered address is no detour', async () => {
    const stranger = await entrance(makeNodeCertificate('pve1', ['127.0.0.1']))
    const client = test.client({ origins: [stranger.url, test.lab.url], pins: pins() })
    expect(await client.get(['version'], {}, signal())).toMatchObject({ why: { code: 'certificate-changed' } })
  })
})

describe('the judgement', () => {
  let leaf: X509Certificate
  let ca: string
  beforeAll(() => {
    const certificate = makeNodeCertificate('pve1', ['127.0.0.1'])
    leaf = new X509Certificate(certificate.leaf)
    ca = certificate.ca
  })
  /** As Node tells how the chain was verified. */
  const shown = (authorizationError: string | null) =>
    ({
      authorized: authorizationError === null,
      authorizationError,
      getPeerX509Certificate: () => leaf,
    }) as unknown as TLSSocket

  it.each([
    ['CERT_HAS_EXPIRED', 'expired'],
    ['CERT_NOT_YET_VALID', 'not-yet-valid'],
  ])('%s', (error, problem) => {
    expect(judgeCertificate(shown(error), '127.0.0.1', { ca, fingerprints: [] })).toMatchObject({
      why: { code: 'certificate-invalid', problem },
    })
  })

  it('a pinned leaf is believed as it is', () => {
    const pins = { ca: null, fingerprints: [plainFingerprint(leaf.fingerprint256)] }
    expect(judgeCertificate(shown('CERT_HAS_EXPIRED'), 'anything', pins)).toMatchObject({ ok: true })
  })

  it('the name must fit, except below the cluster’s own authority', () => {
    expect(judgeCertificate(shown(null), 'pve1', nothing)).toMatchObject({ ok: true })
    expect(judgeCertificate(shown(null), '127.0.0.1', nothing)).toMatchObject({ ok: true })
    expect(judgeCertificate(shown(null), 'elsewhere', nothing)).toMatchObject({ why: { problem: 'wrong-name' } })
    expect(judgeCertificate(shown(null), 'elsewhere', { ca, fingerprints: [] })).toMatchObject({ ok: true })
  })
})
