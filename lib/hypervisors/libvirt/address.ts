/** A libvirt address as a person typed it: what is wrong with it, and what it takes to use it. */
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { type LibvirtUri, needsCleartextAcceptance, parseLibvirtUri, UriError } from './rpc/uri'

type Problem = Extract<Reason, { code: 'address-invalid' }>['problem']

/** Takes a URI apart. Refuses everything that could name a program, a file or a switch of ssh's. */
export function parseAddress(text: string): Outcome<LibvirtUri> {
  try {
    return ok(parseLibvirtUri(text))
  } catch (error) {
    if (!(error instanceof UriError)) throw error
    return refused({ code: 'address-invalid', problem: problemOf(error), part: error.value })
  }
}

function problemOf({ part, value }: UriError): Problem {
  switch (part) {
    case 'parameter':
    case 'path':
    case 'socket':
      return part
    case 'host':
    case 'user':
      return value.startsWith('-') ? 'dash' : part === 'host' ? 'host' : 'syntax'
    case 'transport':
    case 'driver':
      return 'scheme'
    case 'port':
    case 'password':
    case 'text':
      return 'syntax'
  }
}

/** How an address is called in a sentence: its host, or the URI of a daemon on this machine. */
export const nameOf = (uri: LibvirtUri): string =>
  uri.host === null ? uri.driverUri : `${uri.host}${uri.port === null ? '' : `:${uri.port}`}`

/** True where everybody on the way could read and change what is said, so that an administrator has to accept it. */
export const needsAcceptance = (uri: LibvirtUri): boolean => needsCleartextAcceptance(uri)
