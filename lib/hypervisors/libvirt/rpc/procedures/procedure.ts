import type { Codec } from '../codec'
import { programs } from '../frame'

/**
 * Which daemon serves a procedure on a host with modular daemons (virtqemud, virtstoraged, virtnetworkd).
 * libvirtd, virtproxyd and, by forwarding, virtqemud serve all of them.
 */
export type Area = 'domains' | 'storage' | 'networks'

/** One remote call: its number and the layout of what goes there and comes back. */
export interface Procedure<Arguments, Reply> {
  readonly program: number
  readonly number: number
  /** libvirt's own name in lower case, e.g. `domain_get_xml_desc`. */
  readonly name: string
  readonly area: Area
  readonly args: Codec<Arguments>
  readonly reply: Codec<Reply>
}

/** A procedure whose types do not matter, as where it is only looked up or passed on. */
export type AnyProcedure = Procedure<unknown, unknown>

/** A maker of procedures of the remote program for one area. */
export function procedureOf(area: Area) {
  return <Arguments, Reply>(
    number: number,
    name: string,
    args: Codec<Arguments>,
    reply: Codec<Reply>,
  ): Procedure<Arguments, Reply> => ({ program: programs.remote, number, name, area, args, reply })
}

/** A procedure of the QEMU program. */
export function qemuProcedure<Arguments, Reply>(
  number: number,
  name: string,
  args: Codec<Arguments>,
  reply: Codec<Reply>,
): Procedure<Arguments, Reply> {
  return { program: programs.qemu, number, name, area: 'domains', args, reply }
}
