/** Name resolution that leads to no forbidden address: judged where the socket is opened, so that no name can change its mind between. */
import { lookup as resolveName } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isForbiddenAddress } from './addresses'

export class ForbiddenAddress extends Error {
  constructor(readonly address: string) {
    super(`${address} may not be reached`)
  }
}

/** Resolves a name and refuses it when any of its addresses is forbidden: which one is tried is not ours to say. */
export const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0)
    const forbidden = addresses.find(({ address }) => isForbiddenAddress(address))
    if (forbidden !== undefined) return callback(new ForbiddenAddress(forbidden.address), '', 0)
    if (options.all === true) return callback(null, addresses)
    const [first] = addresses
    return first === undefined ? callback(new Error('no address'), '', 0) : callback(null, first.address, first.family)
  })
}
