import { XdrError, type XdrReader, type XdrWriter } from './xdr'

/** How one type of value looks on the wire. Codecs are composed into the argument and reply layouts of procedures. */
export interface Codec<T> {
  encode(writer: XdrWriter, value: T): void
  decode(reader: XdrReader): T
  /** Least bytes a value takes; bounds how many of them a message of known size can hold. */
  readonly leastBytes: number
}

/** The type a codec carries. */
export type Carried<C> = C extends Codec<infer T> ? T : never

/** Nothing on the wire. */
export const nothing: Codec<void> = { encode: () => undefined, decode: () => undefined, leastBytes: 0 }

export const int: Codec<number> = { encode: (w, v) => w.int(v), decode: (r) => r.int(), leastBytes: 4 }
export const uint: Codec<number> = { encode: (w, v) => w.uint(v), decode: (r) => r.uint(), leastBytes: 4 }
export const hyper: Codec<bigint> = { encode: (w, v) => w.hyper(v), decode: (r) => r.hyper(), leastBytes: 8 }
export const unsignedHyper: Codec<bigint> = {
  encode: (w, v) => w.unsignedHyper(v),
  decode: (r) => r.unsignedHyper(),
  leastBytes: 8,
}
export const string: Codec<string> = { encode: (w, v) => w.string(v), decode: (r) => r.string(), leastBytes: 4 }

/** An `int` that libvirt uses as a truth value: anything but 0 is true. */
export const truth: Codec<boolean> = {
  encode: (w, v) => w.int(v ? 1 : 0),
  decode: (r) => r.int() !== 0,
  leastBytes: 4,
}

/** `char data<limit>`: rpcgen spends four bytes on every single char. Used for SASL data and a CPU model's name. */
export function charArray(limit: number): Codec<Buffer> {
  return {
    encode(writer, value) {
      if (value.length > limit) throw new XdrError(`${value.length} bytes are above the limit ${limit}`)
      writer.uint(value.length)
      for (const byte of value) writer.int(byte)
    },
    decode(reader) {
      return readChars(reader, reader.count(limit, 4))
    },
    leastBytes: 4,
  }
}

/** `char text[length]`, a C string in a fixed array, each char on four bytes; read up to its NUL. */
export function fixedChars(length: number): Codec<string> {
  return {
    encode(writer, value) {
      const bytes = Buffer.alloc(length)
      bytes.write(value, 0, length - 1, 'utf8')
      for (const byte of bytes) writer.int(byte)
    },
    decode(reader) {
      const bytes = readChars(reader, length)
      const end = bytes.indexOf(0)
      return bytes.toString('utf8', 0, end === -1 ? length : end)
    },
    leastBytes: 4 * length,
  }
}

function readChars(reader: XdrReader, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  for (let at = 0; at < count; at += 1) bytes[at] = reader.int() & 0xff
  return bytes
}

/** A value that may be absent (`type *name` in XDR). */
export function optional<T>(codec: Codec<T>): Codec<T | null> {
  return {
    encode(writer, value) {
      writer.uint(value === null ? 0 : 1)
      if (value !== null) codec.encode(writer, value)
    },
    decode: (reader) => (reader.present() ? codec.decode(reader) : null),
    leastBytes: 4,
  }
}

/** At most `limit` values of one type (`type name<limit>`). */
export function list<T>(codec: Codec<T>, limit: number): Codec<readonly T[]> {
  return {
    encode(writer, values) {
      if (values.length > limit) throw new XdrError(`${values.length} elements are above the limit ${limit}`)
      writer.uint(values.length)
      for (const value of values) codec.encode(writer, value)
    },
    decode(reader) {
      const count = reader.count(limit, codec.leastBytes)
      const values: T[] = []
      for (let at = 0; at < count; at += 1) values.push(codec.decode(reader))
      return values
    },
    leastBytes: 4,
  }
}

type Struct<F> = { readonly [K in keyof F]: Carried<F[K]> }

/** Named values in the order given (`struct` in XDR). */
export function struct<F extends { readonly [key: string]: Codec<unknown> }>(fields: F): Codec<Struct<F>> {
  const entries = Object.entries(fields)
  return {
    encode(writer, value) {
      for (const [key, codec] of entries) codec.encode(writer, value[key])
    },
    decode(reader) {
      const value: Record<string, unknown> = {}
      for (const [key, codec] of entries) value[key] = codec.decode(reader)
      return value as Struct<F>
    },
    leastBytes: entries.reduce((sum, [, codec]) => sum + codec.leastBytes, 0),
  }
}
