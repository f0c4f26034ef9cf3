import { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { abortError } from '../abort'
import { messageOf, TransportError } from '../errors'
import { fetchTlsCertificate, sameFingerprint, untilSecure } from './certificates'
import { connectSocket, ignoreLateErrors, socketTransport } from './socket'
import type { Transport } from './transport'

/** libvirt's port for TLS. */
export const defaultTlsPort = 16514

/** Certificates as PEM text, never as paths. */
export interface TlsOptions {
  /** Whom to trust; absent means the authorities Node trusts. */
  readonly ca?: string
  /** Our own certificate and key, which libvirt asks for by default. */
  readonly certificate?: string
  readonly key?: string
  /** SHA-256 of the server's certificate: trust exactly this one, whoever signed it and whatever name it carries. */
  readonly fingerprint?: string
}

/** The byte libvirtd sends once it has accepted our certificate (virnetserverclient.c). */
const acceptedByte = 1

/**
 * Connects with TLS; the server is always verified, by authority and name or by fingerprint. Kinds: `tls-untrusted`,
 * `tls-name`, `tls-expired`, `tls-pin`, `tls-client-rejected`, `tls-material`, `tls-failed`, and those of plain sockets.
 */
export async function connectTlsTransport(
  host: string,
  port: number,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<Transport> {
  const { fingerprint } = options
  const pinned = fingerprint === undefined ? null : await fetchPinned(host, port, fingerprint, signal)
  const secureContext = makeContext(options, pinned)
  const plain = await connectSocket({ host, port }, signal)
  const socket = connectTls({
    socket: plain,
    secureContext,
    ...(isIP(host) ? {} : { servername: host }),
    checkServerIdentity(name, certificate) {
      // The pin names one certificate; a name on it can add nothing to that.
      if (fingerprint === undefined) return checkServerIdentity(isIP(host) ? host : name, certificate)
      return sameFingerprint(certificate.fingerprint256, fingerprint) ? undefined : pinError()
    },
  })
  try {
    await untilSecure(socket, signal)
    await untilAccepted(socket, signal)
  } catch (error) {
    ignoreLateErrors(socket)
    socket.destroy()
    plain.destroy()
    throw error
  }
  return socketTransport(socket, 'tls', true)
}

/**
 * The certificate the server offers, when it is the pinned one. It then becomes the only anchor of trust of the real
 * connection, so that the verification itself stays OpenSSL's: dates count, and the key must be the certificate's.
 */
async function fetchPinned(host: string, port: number, fingerprint: string, signal: AbortSignal): Promise<string> {
  const offered = await fetchTlsCertificate(host, port, signal)
  if (!sameFingerprint(offered.fingerprint, fingerprint)) throw pinError(offered.fingerprint)
  return offered.pem
}

function pinError(offered?: string): TransportError {
  return new TransportError(
    'tls-pin',
    'the server has another certificate than the one that was pinned',
    offered === undefined ? {} : { detail: offered },
  )
}

function makeContext(options: TlsOptions, pinned: string | null) {
  const ca = pinned ?? options.ca
  const material: SecureContextOptions & { allowPartialTrustChain: boolean } = {
    minVersion: 'TLSv1.2',
    // Lets a certificate that is not an authority be an anchor: the pinned one, or one pasted as "CA".
    allowPartialTrustChain: ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(options.certificate === undefined ? {} : { cert: options.certificate }),
    ...(options.key === undefined ? {} : { key: options.key }),
  }
  try {
    // Node takes any text as authorities and finds none in it; a paste that is no certificate must be told as such.
    if (ca !== undefined) new X509Certificate(ca)
    return createSecureContext(material)
  } catch (error) {
    throw new TransportError('tls-material', `the certificate or key cannot be used: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * Waits for the server's word that it accepts us. With TLS 1.3 the client is done with the handshake before the server
 * has looked at the client's certificate: a refusal is then seen only as the connection ending here.
 */
function untilAccepted(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off('readable', onReadable)
      socket.off('error', onRefused)
      socket.off('close', onRefused)
      socket.off('end', onRefused)
      action()
    }
    const onAbort = (): void => settle(() => reject(abortError(signal)))
    const onRefused = (): void => settle(() => reject(rejected()))
    const onReadable = (): void => {
      const first = readByte(socket)
      if (first === null) return
      if (first === acceptedByte) settle(resolve)
      else settle(() => reject(new TransportError('protocol', `the server answered byte ${first} to our certificate`)))
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('readable', onReadable)
    socket.on('error', onRefused)
    socket.on('close', onRefused)
    socket.on('end', onRefused)
    onReadable()
  })
}

function readByte(socket: Socket): number | null {
  const bytes: unknown = socket.read(1)
  return Buffer.isBuffer(bytes) ? (bytes[0] ?? null) : null
}

function rejected(): TransportError {
  return new TransportError('tls-client-rejected', 'the server does not accept our certificate (or wants one)')
}
