import { withDeadline } from './abort'
import type { Credentials } from './auth'
import { type ConnectionOptions, LibvirtConnection } from './connection'
import { isTransportError, TransportError } from './errors'
import { defaultKeepalive, type KeepalivePolicy } from './keepalive'
import { defaultSocketDirectories, type SocketDirectories, socketPathsFor, storageSocketBeside } from './sockets'
import { connectSsh, type SshOptions } from './transports/ssh'
import { connectTcp } from './transports/tcp'
import { connectTlsTransport, type TlsOptions } from './transports/tls'
import type { Transport } from './transports/transport'
import { connectUnix } from './transports/unix'
import { type LibvirtUri, needsCleartextAcceptance, parseLibvirtUri, portOf } from './uri'

/** How to reach a daemon and what to ask of it. */
export interface OpenOptions {
  readonly uri: string | LibvirtUri
  /** Use the read-only socket where there is one, and ask the daemon to refuse changes. Default false. */
  readonly readOnly?: boolean
  /** Name and password for SASL. */
  readonly credentials?: Credentials
  /** The caller accepts that a password crosses the network readable (SASL PLAIN over tcp to another machine). Default false. */
  readonly acceptCleartext?: boolean
  readonly tls?: TlsOptions
  readonly ssh?: SshOptions
  /** A socket at an unusual place; for `unix` only. It goes before what the URI says. */
  readonly socketPath?: string
  readonly socketDirectories?: SocketDirectories
  /** Null switches keepalive off. */
  readonly keepalive?: KeepalivePolicy | null
  /** Longest time to connect, sign in and open, in ms. Default 15 000. */
  readonly openTimeoutMs?: number
  /** Longest wait for an answer where a call gives none, in ms. Default 60 000; 0 waits for ever. */
  readonly callTimeoutMs?: number
  /** Calls the daemon works on at once. Default 4: libvirtd stops reading a client after 5. */
  readonly maxInFlight?: number
  readonly onListenerError?: (error: unknown) => void
  readonly signal?: AbortSignal
}

/** A daemon reached, and where its storage daemon listens when that is another one. */
export interface OpenedLibvirt {
  readonly connection: LibvirtConnection
  readonly uri: LibvirtUri
  /** Opens a connection to the daemon that serves storage; null when it is this one. */
  readonly openStorage: (() => Promise<LibvirtConnection>) | null
}

const defaults = { openTimeoutMs: 15_000, callTimeoutMs: 60_000, maxInFlight: 4 } as const

/**
 * Connects, signs in and opens. Rejects with `UriError`, `TransportError`, or `LibvirtError` when the daemon itself says
 * no (for example `authUnavailable`: polkit would ask a person).
 */
export async function openLibvirt(options: OpenOptions): Promise<OpenedLibvirt> {
  const uri = typeof options.uri === 'string' ? parseLibvirtUri(options.uri) : options.uri
  return withDeadline(options.openTimeoutMs ?? defaults.openTimeoutMs, options.signal, async (signal) => {
    const { transport, socketPath } = await dial(uri, options, signal)
    // What never leaves this machine needs nobody's acceptance.
    const acceptCleartext = options.acceptCleartext === true || !needsCleartextAcceptance(uri)
    const connection = await openOver(transport, uri.driverUri, { ...options, signal, acceptCleartext })
    const storagePath = socketPath === null ? null : storageSocketBeside(socketPath)
    const openStorage = storagePath === null ? null : storageOpener(storagePath, uri, options)
    return { connection, uri, openStorage }
  })
}

/** Signs in and opens over a transport that is already connected; for tests and for embedding. */
export function openOver(
  transport: Transport,
  driverUri: string,
  options: Omit<OpenOptions, 'uri'> = {},
): Promise<LibvirtConnection> {
  const connectionOptions: ConnectionOptions = {
    driverUri,
    readOnly: options.readOnly ?? false,
    credentials: options.credentials ?? null,
    confidential: transport.confidential,
    acceptCleartext: options.acceptCleartext ?? false,
    keepalive: options.keepalive === undefined ? defaultKeepalive : options.keepalive,
    callTimeoutMs: options.callTimeoutMs ?? defaults.callTimeoutMs,
    maxInFlight: options.maxInFlight ?? defaults.maxInFlight,
    onListenerError: options.onListenerError ?? null,
  }
  return withDeadline(options.openTimeoutMs ?? defaults.openTimeoutMs, options.signal, (signal) =>
    LibvirtConnection.open(transport, connectionOptions, { signal, timeoutMs: 0 }),
  )
}

/** The connection is shared by whoever needs storage: no caller's signal ends the making of it, only its time does. */
function storageOpener(path: string, uri: LibvirtUri, { signal: _opening, ...options }: OpenOptions) {
  return (): Promise<LibvirtConnection> =>
    withDeadline(options.openTimeoutMs ?? defaults.openTimeoutMs, undefined, async (signal) => {
      const transport = await connectUnix(path, signal)
      return openOver(transport, `storage://${uri.path}`, { ...options, signal })
    })
}

type Dialled = { transport: Transport; socketPath: string | null }

async function dial(uri: LibvirtUri, options: OpenOptions, signal: AbortSignal): Promise<Dialled> {
  const { user, driverUri } = uri
  const host = uri.host ?? ''
  const port = portOf(uri) ?? 0
  const readOnly = options.readOnly ?? false
  switch (uri.transport) {
    case 'unix':
      return dialLocal(uri, options, signal)
    case 'tcp':
      return { transport: await connectTcp(host, port, signal), socketPath: null }
    case 'tls':
      return { transport: await connectTlsTransport(host, port, options.tls ?? {}, signal), socketPath: null }
    case 'ssh':
      return {
        transport: await connectSsh(
          { host, port, user, driverUri, readOnly, socketPath: uri.socketPath },
          options.ssh ?? {},
          signal,
        ),
        socketPath: null,
      }
  }
}

/** Tries the sockets a local daemon may have, in order; moves on only where nobody listens. */
async function dialLocal(uri: LibvirtUri, options: OpenOptions, signal: AbortSignal): Promise<Dialled> {
  const scope = uri.path === '/session' ? 'session' : 'system'
  const directories = options.socketDirectories ?? defaultSocketDirectories()
  const given = options.socketPath ?? uri.socketPath
  const paths = given === null ? socketPathsFor(scope, options.readOnly ?? false, directories) : [given]
  let failure: TransportError | null = null
  for (const path of paths) {
    try {
      return { transport: await connectUnix(path, signal), socketPath: path }
    } catch (error) {
      if (!isTransportError(error, 'no-socket', 'refused')) throw error
      // A socket without a daemon tells more than the absence of the next one.
      if (failure === null || error.kind === 'refused') failure = error
    }
  }
  throw failure ?? new TransportError('no-socket', 'there is no user session (XDG_RUNTIME_DIR is not set)')
}
