/** Addresses before a connection is opened: what is wrong with one, what a server there shows, what is on this machine. */
import { type Outcome, ok } from '@/lib/domain/result'
import type { OfferedIdentity } from '@/lib/domain/view'
import { nameOf, needsAcceptance, parseAddress } from './libvirt/address'
import { readOfferedIdentity } from './libvirt/offered'
import { findLocalSockets, type LocalSocket } from './libvirt/rpc/sockets'
import { readServerUrl } from './proxmox/address'
import { readTotpKey } from './proxmox/totp'
import { authoritiesIn } from './proxmox/trust'

export type LibvirtPlace = {
  transport: 'unix' | 'tcp' | 'tls' | 'ssh'
  /** how the address is called in a sentence */
  name: string
  /** clear text to a host that is not this machine: somebody has to accept it by name */
  cleartext: boolean
  /** a socket of this machine, named in the address */
  localSocket: string | null
}

/** Checks a libvirt URI without touching the network. Programs, files and switches in it are refused. */
export function readLibvirtUri(text: string): Outcome<LibvirtPlace> {
  const uri = parseAddress(text)
  if (!uri.ok) return uri
  const { transport, socketPath } = uri.value
  const localSocket = transport === 'unix' ? socketPath : null
  return ok({ transport, name: nameOf(uri.value), cleartext: needsAcceptance(uri.value), localSocket })
}

/** Asks the server of a URI for its host keys or its certificate. Looking is not trusting: nothing else is sent. */
export async function fetchOfferedIdentity(uri: string, signal: AbortSignal): Promise<Outcome<OfferedIdentity>> {
  const offered = await readOfferedIdentity(uri, signal)
  if (!offered.ok) return offered
  switch (offered.value.kind) {
    case 'certificate':
      return ok({ shows: 'certificate', ...offered.value.certificate })
    case 'host-keys': {
      const keys = offered.value.keys.map(({ keyType, fingerprint, line }) => ({
        type: keyType,
        fingerprint,
        knownHostsLine: line,
      }))
      return ok({ shows: 'host-keys', keys })
    }
    case 'none':
      return ok({ shows: 'nothing' })
  }
}

/** Checks the address of a Proxmox VE server without touching the network: `https://host:port`, or what is wrong. */
export const readProxmoxUrl = (text: string): Outcome<string> => readServerUrl(text)

/** SHA-256 of every certificate in a PEM text, with colons; null when it holds none or one that cannot be read. */
export function readAuthorities(pem: string): string[] | null {
  const found = authoritiesIn(pem)
  return found === null || found.length === 0 ? null : found.map(({ fingerprint256 }) => fingerprint256)
}

/** Whether a text is the key of an authenticator, as its app shows it or as an `otpauth://` address. */
export const isTotpKey = (text: string): boolean => readTotpKey(text) !== null

/** libvirt's sockets on this machine, the best first. */
export const findLibvirtSockets = (): Promise<readonly LocalSocket[]> => findLocalSockets()
