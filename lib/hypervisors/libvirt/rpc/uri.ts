import { isIP } from 'node:net'
import { defaultTcpPort } from './transports/tcp'
import { defaultTlsPort } from './transports/tls'

/** @public */
export type UriTransport = 'unix' | 'tcp' | 'tls' | 'ssh'

/** A libvirt URI, taken apart and found harmless. */
export interface LibvirtUri {
  /** Hypervisor driver: `qemu`, `test`, `lxc` … */
  readonly driver: string
  readonly transport: UriTransport
  readonly user: string | null
  /** Without the brackets of an IPv6 address; null for a daemon on this machine. */
  readonly host: string | null
  readonly port: number | null
  /** `/system`, `/session`, or what the driver expects. */
  readonly path: string
  /** What the daemon itself is asked to open, e.g. `qemu:///system`. */
  readonly driverUri: string
  /** The daemon's socket at an unusual place of its machine, absolute; null means the usual ones. Of `unix` and `ssh`. */
  readonly socketPath: string | null
}

/** What is wrong with a URI. `part` names the piece: `parameter`, `host`, `user`, `port`, `transport`, `driver`, `socket`, `text`. */
export class UriError extends Error {
  override readonly name = 'UriError'
  readonly part:
    | 'parameter'
    | 'host'
    | 'user'
    | 'port'
    | 'transport'
    | 'driver'
    | 'path'
    | 'password'
    | 'socket'
    | 'text'
  /** The offending name or value, for the message to the person who typed it. */
  readonly value: string

  constructor(part: UriError['part'], value: string, message: string) {
    super(message)
    this.part = part
    this.value = value
  }
}

const drivers: ReadonlySet<string> = new Set(['qemu', 'test', 'lxc', 'xen', 'ch', 'bhyve', 'vz', 'storage', 'network'])
const transports: ReadonlySet<string> = new Set(['unix', 'tcp', 'tls', 'ssh'])

/**
 * Reads a libvirt URI. Throws {@link UriError}.
 *
 * Of libvirt's parameters (https://libvirt.org/uri.html#transport-configuration) `socket` is read (of this
 * machine, or of the one that ssh reaches), and those are passed over that ask for what happens anyway. All others are refused: they name programs
 * to run (`command`, `netcat`), files to read (`pkipath`, `keyfile`) or switch off checks (`no_verify`,
 * `known_hosts_verify`). What is needed of that is given by code, through the options of `openLibvirt`, never through
 * text that a person may have been handed. Whoever lets others name a socket decides who may.
 */
export function parseLibvirtUri(text: string): LibvirtUri {
  if (/[\s\p{Cc}]/u.test(text)) throw new UriError('text', text, 'the URI holds spaces or control characters')
  const match = /^([a-z]+)(?:\+([a-z0-9]+))?:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(text)
  if (match === null) throw new UriError('text', text, 'this is not a libvirt URI such as qemu+ssh://host/system')
  const driver = (match[1] ?? '').toLowerCase()
  const authority = match[3] ?? ''
  if (!drivers.has(driver)) throw new UriError('driver', driver, `the driver ${driver} is not known`)
  const { user, host, port } = parseAuthority(authority)
  const transport = (match[2]?.toLowerCase() ?? (host === null ? 'unix' : 'tls')) as UriTransport
  if (!transports.has(transport)) {
    throw new UriError('transport', transport, `the transport ${transport} is not known; use unix, ssh, tls or tcp`)
  }
  if (transport === 'unix' && host !== null) {
    throw new UriError('host', host, 'a local socket has no host; use ssh, tls or tcp to reach another machine')
  }
  if (transport !== 'unix' && host === null) throw new UriError('host', '', `the transport ${transport} needs a host`)
  if (user !== null && transport !== 'ssh') {
    throw new UriError('user', user, 'a user belongs into ssh addresses only; SASL has fields of its own')
  }
  const path = parsePath(match[4] ?? '', driver)
  const socketPath = parseParameters(match[5] ?? '', transport)
  return { driver, transport, user, host, port, path, driverUri: `${driver}://${path}`, socketPath }
}

/** True for an address that never leaves this machine: `localhost`, 127.0.0.0/8, ::1 and 127.0.0.0/8 written as IPv6. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (isIP(name) === 4) return name.startsWith('127.')
  if (isIP(name) !== 6 || name.includes('%')) return false
  // The URL parser writes every IPv6 address in its shortest form, so that one comparison is enough.
  const canonical = new URL(`http://[${name}]/`).hostname
  return canonical === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(canonical)
}

/**
 * Whether using this address lets others on the network read and change everything, so that somebody has to accept it
 * by name: unencrypted TCP to anything but this machine.
 */
export function needsCleartextAcceptance(uri: LibvirtUri): boolean {
  return uri.transport === 'tcp' && !(uri.host !== null && isLoopbackHost(uri.host))
}

/** The port that is meant when none is given. */
export function portOf(uri: LibvirtUri): number | null {
  return uri.port ?? { unix: null, ssh: 22, tcp: defaultTcpPort, tls: defaultTlsPort }[uri.transport]
}

/** Parameters that change nothing here, with the only value of which that is true. */
const harmless: Readonly<Record<string, string>> = { no_verify: '0', known_hosts_verify: 'normal', sshauth: 'privkey' }

/** The socket the parameters name, or null. */
function parseParameters(query: string, transport: UriTransport): string | null {
  let socketPath: string | null = null
  for (const part of query.split('&')) {
    if (part === '') continue
    const [name = '', value = ''] = part.split('=', 2).map((text) => decode(text, 'parameter'))
    if (name === 'socket' && (transport === 'unix' || transport === 'ssh')) socketPath = checkSocket(value)
    else if (harmless[name] !== value) {
      throw new UriError('parameter', name, `the parameter ${name} is not allowed in an address`)
    }
  }
  return socketPath
}

function checkSocket(path: string): string {
  if (/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/.test(path)) return path
  throw new UriError('socket', path, `${path} is not the absolute path of a socket`)
}

function parseAuthority(authority: string): { user: string | null; host: string | null; port: number | null } {
  if (authority === '') return { user: null, host: null, port: null }
  const at = authority.lastIndexOf('@')
  const user = at === -1 ? null : decode(authority.slice(0, at), 'user')
  const hostAndPort = authority.slice(at + 1)
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]*))?$/.exec(hostAndPort)
  if (match === null) throw new UriError('host', hostAndPort, `${hostAndPort} is not a host name or address`)
  const host = match[1] ?? match[2] ?? ''
  checkHost(host, match[1] !== undefined)
  if (user !== null) checkUser(user)
  return { user, host, port: parsePort(match[3]) }
}

function checkHost(host: string, bracketed: boolean): void {
  if (host.startsWith('-')) throw new UriError('host', host, 'a host cannot begin with a dash')
  // An interface name after % is needed for link-local addresses only; ssh and TLS names treat it differently.
  const valid = bracketed
    ? isIP(host) === 6 && !host.includes('%')
    : /^[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_.])?$/i.test(host)
  if (!valid) throw new UriError('host', host, `${host} is not a host name or address`)
}

function checkUser(user: string): void {
  if (user.startsWith('-')) throw new UriError('user', user, 'a user cannot begin with a dash')
  if (user.includes(':')) throw new UriError('password', '', 'a password does not belong into an address')
  if (!/^[\p{L}\p{N}_.+\\$-]{1,128}$/u.test(user)) throw new UriError('user', user, `${user} is not a user name`)
}

function parsePort(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UriError('port', text, `${text} is not a port`)
  return port
}

/** The path goes to the daemon and, with ssh, into a remote command: nothing in it may mean anything to a shell. */
function parsePath(text: string, driver: string): string {
  const path = decode(text, 'path') || '/'
  if (!/^\/[A-Za-z0-9/._-]*$/.test(path)) throw new UriError('path', path, `${path} is not a path a daemon can open`)
  if (driver === 'qemu' && path !== '/system' && path !== '/session') {
    throw new UriError('path', path, 'a QEMU address ends with /system or /session')
  }
  return path
}

function decode(text: string, part: UriError['part']): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new UriError(part, text, `${text} is not written correctly (percent signs)`)
  }
}
