/** Addresses before a connection is opened: what is wrong with one, what a server there shows, what is on this machine. */
import { type Outcome, ok } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import type { OfferedIdentity } from '@/lib/domain/view'
import { nameOf, needsAcceptance, parseAddress } from './libvirt/address'
import { refusedBy } from './libvirt/errors'
import { findLocalSockets, type LocalSocket } from './libvirt/rpc/sockets'
import { fetchTlsCertificate } from './libvirt/rpc/transports/certificates'
import { fetchSshHostKeys } from './libvirt/rpc/transports/host-keys'
import { portOf } from './libvirt/rpc/uri'

export type LibvirtPlace = {
  transport: 'unix' | 'tcp' | 'tls' | 'ssh'
  /** how the address is called in a sentence */
  name: string
  /** clear text to a host that is not this machine: somebody has to accept it by name */
  cleartext: boolean
}

/** Checks a libvirt URI without touching the network. Programs, files and switches in it are refused. */
export function readLibvirtUri(text: string): Outcome<LibvirtPlace> {
  const uri = parseAddress(text)
  if (!uri.ok) return uri
  return ok({ transport: uri.value.transport, name: nameOf(uri.value), cleartext: needsAcceptance(uri.value) })
}

/** Asks the server of a URI for its host keys or its certificate. Looking is not trusting: nothing else is sent. */
export async function fetchOfferedIdentity(text: string, signal: AbortSignal): Promise<Outcome<OfferedIdentity>> {
  const uri = parseAddress(text)
  if (!uri.ok) return uri
  const { transport, host } = uri.value
  const port = portOf(uri.value)
  if (host === null || port === null) return ok({ shows: 'nothing' })
  try {
    if (transport === 'ssh') return ok({ shows: 'host-keys', keys: [...(await fetchSshHostKeys(host, port, signal))] })
    if (transport !== 'tls') return ok({ shows: 'nothing' })
    const { fingerprint, subject, issuer, validTo, altNames } = await fetchTlsCertificate(host, port, signal)
    const end = Date.parse(validTo)
    return ok({
      shows: 'certificate',
      fingerprint,
      subject,
      issuer,
      altNames,
      validTo: Number.isNaN(end) ? null : instantAt(end),
    })
  } catch (error) {
    return refusedBy(error, nameOf(uri.value))
  }
}

/** libvirt's sockets on this machine, the best first. */
export const findLibvirtSockets = (): Promise<readonly LocalSocket[]> => findLocalSockets()
