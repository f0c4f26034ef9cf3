import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A cluster's CA and one node's certificate signed by it, as pvecm makes them; with openssl, in a folder of its own. */
export interface NodeCertificate {
  key: string
  leaf: string
  ca: string
  /** SHA-256 of the leaf, upper case with colons. */
  fingerprint: string
}

const DAYS = '730'

export function makeNodeCertificate(node: string, addresses: readonly string[]): NodeCertificate {
  const [certificate] = makeClusterCertificates([node], addresses)
  if (certificate === undefined) throw new Error('no node named')
  return certificate
}

/** Certificates of several nodes, all signed by one new authority. */
export function makeClusterCertificates(nodes: readonly string[], addresses: readonly string[]): NodeCertificate[] {
  const folder = mkdtempSync(join(tmpdir(), 'proxmox-lab-'))
  const run = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  try {
    const authority = '/CN=Proxmox Virtual Environment/OU=lab/O=PVE Cluster Manager CA'
    run(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem'],
      ...['-days', DAYS, '-subj', authority],
    )
    return nodes.map((node) => {
      const subject = `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${node}`
      run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', subject)
      const names = ['DNS:localhost', `DNS:${node}`, ...addresses.map((address) => `IP:${address}`)].join(',')
      writeFileSync(
        join(folder, 'ext'),
        `subjectAltName=${names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`,
      )
      run(
        ...['x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-out', 'leaf.pem', '-days', DAYS, '-extfile', 'ext'],
      )
      const leaf = read('leaf.pem')
      return { key: read('leaf.key'), leaf, ca: read('ca.pem'), fingerprint: fingerprintOf(leaf) }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256
