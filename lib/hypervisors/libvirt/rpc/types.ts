import { type Codec, fixedChars, hyper, int, list, optional, string, struct, uint, unsignedHyper } from './codec'
import type { LibvirtErrorFields } from './errors'
import { XdrError } from './xdr'

/** A domain as libvirt names it in every call. `id` is −1 while it does not run. */
export interface DomainRef {
  readonly name: string
  /** Lower case with dashes. */
  readonly uuid: string
  readonly id: number
}

export interface SnapshotRef {
  readonly name: string
  readonly domain: DomainRef
}

export interface CheckpointRef {
  readonly name: string
  readonly domain: DomainRef
}

export interface PoolRef {
  readonly name: string
  readonly uuid: string
}

export interface VolumeRef {
  /** Name of the pool. */
  readonly pool: string
  readonly name: string
  /** Unique across the host; the path for files. */
  readonly key: string
}

export interface NetworkRef {
  readonly name: string
  readonly uuid: string
}

/** A value of a typed parameter. 64-bit numbers are `number` where that is exact, else `bigint`. */
export type TypedValue = number | bigint | boolean | string

/** Typed parameters by field name. A field given twice keeps its last value, as in libvirt's own lookups. */
export type TypedParameters = ReadonlyMap<string, TypedValue>

/** Longest list of domains, snapshots, pools, volumes … that libvirt sends or takes (REMOTE_…_LIST_MAX). */
export const listLimit = 16_384

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** Sixteen raw bytes on the wire, text with dashes here. */
export const uuid: Codec<string> = {
  encode(writer, value) {
    if (!uuidPattern.test(value)) throw new XdrError(`"${value}" is not a UUID`)
    writer.fixedOpaque(Buffer.from(value.replaceAll('-', ''), 'hex'))
  },
  decode(reader) {
    const hex = reader.fixedOpaque(16).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  },
  leastBytes: 16,
}

export const domainRef: Codec<DomainRef> = struct({ name: string, uuid, id: int })
export const snapshotRef: Codec<SnapshotRef> = struct({ name: string, domain: domainRef })
export const checkpointRef: Codec<CheckpointRef> = struct({ name: string, domain: domainRef })
export const poolRef: Codec<PoolRef> = struct({ name: string, uuid })
export const volumeRef: Codec<VolumeRef> = struct({ pool: string, name: string, key: string })
export const networkRef: Codec<NetworkRef> = struct({ name: string, uuid })

const typedTypes = { int: 1, uint: 2, hyper: 3, unsignedHyper: 4, double: 5, boolean: 6, string: 7 } as const

/** `number` where that loses nothing, else the `bigint` itself. */
function exactNumber(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** The value half of a typed parameter: a type word, then the value in that type (remote_typed_param_value). */
const typedValue: Codec<TypedValue> = {
  encode(writer, value) {
    if (typeof value === 'string') {
      writer.int(typedTypes.string)
      writer.string(value)
    } else if (typeof value === 'boolean') {
      writer.int(typedTypes.boolean)
      writer.int(value ? 1 : 0)
    } else if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
      writer.int(value < 0 ? typedTypes.hyper : typedTypes.unsignedHyper)
      if (value < 0) writer.hyper(BigInt(value))
      else writer.unsignedHyper(BigInt(value))
    } else {
      writer.int(typedTypes.double)
      writer.double(value)
    }
  },
  decode(reader) {
    const type = reader.int()
    switch (type) {
      case typedTypes.int:
        return reader.int()
      case typedTypes.uint:
        return reader.uint()
      case typedTypes.hyper:
        return exactNumber(reader.hyper())
      case typedTypes.unsignedHyper:
        return exactNumber(reader.unsignedHyper())
      case typedTypes.double:
        return reader.double()
      case typedTypes.boolean:
        return reader.int() !== 0
      case typedTypes.string:
        return reader.string()
      default:
        throw new XdrError(`typed parameter of unknown type ${type}`)
    }
  },
  leastBytes: 8,
}

/** Typed parameters, at most `limit` of them. */
export function typedParameters(limit: number): Codec<TypedParameters> {
  const fields = list(struct({ field: string, value: typedValue }), limit)
  return {
    encode(writer, values) {
      fields.encode(
        writer,
        Array.from(values, ([field, value]) => ({ field, value })),
      )
    },
    decode: (reader) => new Map(fields.decode(reader).map(({ field, value }) => [field, value])),
    leastBytes: 4,
  }
}

const wireError = struct({
  code: int,
  domain: int,
  message: optional(string),
  level: int,
  failedDomain: optional(domainRef),
  str1: optional(string),
  str2: optional(string),
  str3: optional(string),
  int1: int,
  int2: int,
  failedNetwork: optional(networkRef),
})

/** The payload of a reply with status error (virNetMessageError). */
export const remoteError: Codec<LibvirtErrorFields> = {
  encode(writer, { message, ...fields }) {
    wireError.encode(writer, { ...fields, message, failedDomain: null, failedNetwork: null })
  },
  decode(reader) {
    const { failedDomain: _domain, failedNetwork: _network, message, ...fields } = wireError.decode(reader)
    return { ...fields, message: message ?? '' }
  },
  leastBytes: wireError.leastBytes,
}

/** Processor and memory of the host (virNodeInfo). Memory in KiB, `mhz` 0 when libvirt cannot tell. */
export const nodeInfo = struct({
  model: fixedChars(32),
  memoryKib: unsignedHyper,
  cpus: int,
  mhz: int,
  numaNodes: int,
  sockets: int,
  cores: int,
  threads: int,
})

/** A run of zeros in a sparse stream (virNetStreamHole); `length` in bytes. */
export const streamHole = struct({ length: hyper, flags: uint })
