import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './namespace'

/** Certificates of a laboratory: two authorities, a server's and a client's of the first, a client's of the second. */
export type LabCertificates = {
  caPem: string
  clientCertPem: string
  clientKeyPem: string
  /** SHA-256 of the server's certificate, `AB:CD:…`. */
  fingerprint: string
  /** An authority that signed nothing the server shows. */
  wrongCaPem: string
  /** A client the server's authority does not know. */
  wrongClientCertPem: string
  wrongClientKeyPem: string
}

const DAYS = '3'

/** GnuTLS looks at the purposes libvirt asks for; without them libvirtd does not start. */
const PURPOSE = {
  server: ['subjectAltName=IP:127.0.0.1,DNS:localhost', 'extendedKeyUsage=serverAuth'],
  client: ['extendedKeyUsage=clientAuth'],
}

/** Makes all of them below `<dir>/pki`, where libvirtd's settings name them. About 50 ms. */
export async function makeCertificates(dir: string): Promise<LabCertificates> {
  const at = (name: string) => join(dir, 'pki', name)
  await mkdir(join(dir, 'pki'), { recursive: true })
  // The machine's own configuration would add extensions of its own.
  await writeFile(at('openssl.cnf'), '[req]\ndistinguished_name=dn\n[dn]\n')
  await makeAuthority(at, 'ca')
  await makeAuthority(at, 'wrong-ca')
  await makeLeaf(at, 'server', 'ca', PURPOSE.server)
  await makeLeaf(at, 'client', 'ca', PURPOSE.client)
  await makeLeaf(at, 'wrong-client', 'wrong-ca', PURPOSE.client)
  const read = (name: string) => readFile(at(name), 'utf8')
  return {
    caPem: await read('ca.pem'),
    clientCertPem: await read('client.pem'),
    clientKeyPem: await read('client.key'),
    fingerprint: new X509Certificate(await read('server.pem')).fingerprint256,
    wrongCaPem: await read('wrong-ca.pem'),
    wrongClientCertPem: await read('wrong-client.pem'),
    wrongClientKeyPem: await read('wrong-client.key'),
  }
}

const makeAuthority = (at: (name: string) => string, name: string) =>
  openssl(at, name, ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'])

const makeLeaf = (at: (name: string) => string, name: string, authority: string, extensions: string[]) =>
  openssl(at, name, [
    ...['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}.key`)],
    ...[
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature,keyEncipherment',
      ...extensions,
    ].flatMap((extension) => ['-addext', extension]),
  ])

async function openssl(at: (name: string) => string, name: string, args: string[]): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at(`${name}.key`)]
  const subject = ['-subj', `/O=Snapwarden laboratory/CN=${name}`, '-days', DAYS]
  const request = ['req', '-x509', '-config', at('openssl.cnf'), ...subject, ...key, '-out', at(`${name}.pem`), ...args]
  const made = await runCommand('openssl', request)
  if (made.code !== 0) throw new Error(`openssl ${name}: ${made.stderr}`)
}
