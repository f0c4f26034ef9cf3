import { randomInt } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { type LabCertificates, makeCertificates } from './certificates'
import { chosenGeneration, type Generation } from './generation'
import { type Namespace, runCommand } from './namespace'

export type HostPort = { host: string; port: number }

export type SaslUser = { username: string; password: string }

/** Ways in from the network, all on 127.0.0.1. */
export type LabEndpoints = {
  /** No authentication. */
  tcp?: HostPort
  /**
   * SASL, SCRAM-SHA-256 or PLAIN, on a plain TCP connection. libvirtd itself refuses both there (it asks the mechanism
   * for encryption of at least 112 bits, which only GSSAPI and DIGEST-MD5 have), so this is a relay to its unix socket,
   * where it accepts them: the conversation is libvirtd's own.
   */
  saslTcp?: HostPort & SaslUser
  /** libvirtd's own TCP port with SASL: it has no mechanism to offer. */
  saslTcpWithoutMechanism?: HostPort
  tls?: HostPort & LabCertificates
  /** TLS with a client certificate, then SASL. */
  saslTls?: HostPort & LabCertificates & SaslUser
  ssh?: HostPort & {
    user: string
    keyFile: string
    keyPem: string
    knownHostsFile: string
    knownHosts: string
    /** A key the server does not accept. */
    wrongKeyFile: string
    wrongKeyPem: string
    /** Names another host key for this host and port. */
    wrongKnownHostsFile: string
    wrongKnownHosts: string
  }
}

/** With `sasl`, every way in asks for it, the unix sockets too: `tcp` and `tls` become `saslTcp` and `saslTls`. */
export type EndpointChoice = { tcp?: boolean; sasl?: boolean; tls?: boolean; ssh?: boolean }

const HOST = '127.0.0.1'
const SASL_USER = { username: 'operator', password: 'c0rrect horse, 电池' }

/** A prepared set: what to add to libvirtd.conf, and what to start once the namespace stands. */
export type PreparedEndpoints = {
  endpoints: LabEndpoints
  confLines: string[]
  /** libvirtd must be started with `--listen`. */
  listen: boolean
  /** Starts sshd and the relay; the answer ends what does not end with the namespace. */
  start(namespace: Namespace): Promise<() => Promise<void>>
}

/** Chooses ports, makes keys and certificates below `dir`. Nothing listens yet. */
export async function prepareEndpoints(dir: string, choice: EndpointChoice): Promise<PreparedEndpoints> {
  const auth = choice.sasl ? 'sasl' : 'none'
  const port = await freePort()
  const tcp = { host: HOST, port }
  const endpoints: LabEndpoints = {}
  const confLines = [
    `auth_unix_rw = "${auth}"`,
    `auth_unix_ro = "${auth}"`,
    `listen_addr = "${HOST}"`,
    `listen_tcp = ${choice.tcp || choice.sasl ? 1 : 0}`,
    `tcp_port = "${port}"`,
    `auth_tcp = "${auth}"`,
    `listen_tls = ${choice.tls ? 1 : 0}`,
    `auth_tls = "${auth}"`,
  ]
  if (choice.sasl) {
    await prepareSasl(dir)
    endpoints.saslTcp = { host: HOST, port: await freePort(), ...SASL_USER }
    endpoints.saslTcpWithoutMechanism = tcp
  } else if (choice.tcp) endpoints.tcp = tcp
  if (choice.tls) {
    const tls = { host: HOST, port: await freePort(), ...(await makeCertificates(dir)) }
    if (choice.sasl) endpoints.saslTls = { ...tls, ...SASL_USER }
    else endpoints.tls = tls
    const at = (name: string) => join(dir, 'pki', name)
    confLines.push(`tls_port = "${tls.port}"`, `ca_file = "${at('ca.pem')}"`)
    confLines.push(`cert_file = "${at('server.pem')}"`, `key_file = "${at('server.key')}"`)
  }
  if (choice.ssh) endpoints.ssh = await prepareSsh(dir, await freePort())
  return {
    endpoints,
    confLines,
    listen: Boolean(choice.tcp || choice.sasl || choice.tls),
    start: async (namespace) => {
      if (choice.ssh) await startSshd(dir, namespace)
      const relayed = endpoints.saslTcp
      const relay = relayed && (await startRelay(relayed.port, join(dir, 'run', 'libvirt', 'libvirt-sock')))
      return async () => {
        relay?.close()
      }
    },
  }
}

/** What LIBVIRT_AUTH_FILE names in a laboratory with SASL. */
export const saslAuthFile = (dir: string) => join(dir, 'sasl', 'auth.conf')

async function prepareSasl(dir: string): Promise<void> {
  const database = join(dir, 'sasl', 'passwd.db')
  await mkdir(join(dir, 'sasl'))
  const conf = `mech_list: scram-sha-256 plain\npwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${database}\n`
  await writeFile(join(dir, 'sasl', 'libvirt.conf'), conf)
  // virsh's own credentials, for the oracle.
  const credentials = `[credentials-lab]\nauthname=${SASL_USER.username}\npassword=${SASL_USER.password}\n`
  await writeFile(saslAuthFile(dir), `${credentials}[auth-libvirt-default]\ncredentials=lab\n`)
  const args = ['-p', '-c', '-a', 'libvirt', '-f', database, SASL_USER.username]
  const made = await runCommand('saslpasswd2', args, { input: SASL_USER.password })
  if (made.code !== 0) throw new Error(`saslpasswd2: ${made.stderr}`)
}

async function prepareSsh(dir: string, port: number): Promise<NonNullable<LabEndpoints['ssh']>> {
  const at = (name: string) => join(dir, 'ssh', name)
  await mkdir(join(dir, 'ssh'), { mode: 0o700 })
  for (const name of ['host', 'wrong-host', 'client', 'wrong-client']) {
    const made = await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)])
    if (made.code !== 0) throw new Error(`ssh-keygen: ${made.stderr}`)
  }
  const read = (name: string) => readFile(at(name), 'utf8')
  const knownHosts = `[${HOST}]:${port} ${await read('host.pub')}`
  const wrongKnownHosts = `[${HOST}]:${port} ${await read('wrong-host.pub')}`
  await writeFile(at('known_hosts'), knownHosts)
  await writeFile(at('wrong_known_hosts'), wrongKnownHosts)
  await writeFile(at('authorized_keys'), await read('client.pub'))
  await writeFile(at('sshd_config'), sshdConfig(port, at))
  return {
    host: HOST,
    port,
    user: 'root',
    keyFile: at('client'),
    keyPem: await read('client'),
    knownHostsFile: at('known_hosts'),
    knownHosts,
    wrongKeyFile: at('wrong-client'),
    wrongKeyPem: await read('wrong-client'),
    wrongKnownHostsFile: at('wrong_known_hosts'),
    wrongKnownHosts,
  }
}

/** From OpenSSH 9.8 on sshd turns away who was refused before, for a while; refusals are what tests ask for. */
const NO_PENALTIES: Record<Generation, string> = { debian12: '', debian13: 'PerSourcePenalties no' }

const sshdConfig = (port: number, at: (name: string) => string) => `
Port ${port}
ListenAddress ${HOST}
HostKey ${at('host')}
AuthorizedKeysFile ${at('authorized_keys')}
PidFile ${at('sshd.pid')}
AllowUsers root
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
X11Forwarding no
PrintMotd no
PrintLastLog no
${NO_PENALTIES[chosenGeneration()]}
`

async function startSshd(dir: string, namespace: Namespace): Promise<void> {
  const started = await namespace.run('/usr/sbin/sshd', [
    '-f',
    join(dir, 'ssh', 'sshd_config'),
    '-E',
    join(dir, 'ssh', 'log'),
  ])
  if (started.code !== 0) throw new Error(`sshd did not start: ${started.stderr}`)
}

/** TCP to a unix socket, byte for byte. */
function startRelay(port: number, socket: string): Promise<Server> {
  const server = createServer((client) => {
    const upstream = createConnection(socket)
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => resolve(server))
  })
}

/** From here up to FIRST_OUTGOING ports are asked for by nobody but by name. */
const LOWEST_PORT = 20_000
/** Linux gives the ports from here on to outgoing connections (ip_local_port_range). */
const FIRST_OUTGOING = 32_768
const MOST_TRIES = 100

/**
 * A port nobody listens on now, and that no outgoing connection takes while nobody does: between here and the first
 * start, or between a kill and a restart, libvirtd could not open it then.
 */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(LOWEST_PORT, FIRST_OUTGOING)
    if (await isFree(port)) return port
  }
  throw new Error(`${MOST_TRIES} ports of ${HOST} are taken`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}
