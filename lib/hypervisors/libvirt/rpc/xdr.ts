/**
 * XDR (RFC 4506), the part libvirt uses: big-endian, every item padded to four bytes.
 *
 * The reader trusts nothing. Every length is checked against its limit and against the bytes that are really there
 * before anything is allocated, so a hostile peer can make us hold at most the frame it has already sent.
 */

/** The bytes do not follow the protocol, or a value cannot be written in it. The only error this module throws. */
export class XdrError extends Error {
  override readonly name = 'XdrError'
}

/** Longest string libvirt accepts (REMOTE_STRING_MAX, 4 MiB). Longer ones are refused before they are sent. */
export const maxStringBytes = 4_194_304

/** Longest string we read. Four times libvirt's own limit, so that a server with a raised limit is still understood. */
const maxReadStringBytes = 4 * maxStringBytes

const paddingOf = (length: number): number => (4 - (length & 3)) & 3

/** Writes values one after another into a buffer that grows by doubling. */
export class XdrWriter {
  #bytes: Buffer
  #length = 0

  constructor(initialBytes = 256) {
    this.#bytes = Buffer.alloc(initialBytes)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  int(value: number): void {
    if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
      throw new XdrError(`${value} is not a 32-bit signed integer`)
    }
    const at = this.#reserve(4)
    this.#bytes.writeInt32BE(value, at)
  }

  uint(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw new XdrError(`${value} is not a 32-bit unsigned integer`)
    }
    const at = this.#reserve(4)
    this.#bytes.writeUInt32BE(value, at)
  }

  hyper(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new XdrError(`${value} is not a 64-bit signed integer`)
    const at = this.#reserve(8)
    this.#bytes.writeBigInt64BE(value, at)
  }

  unsignedHyper(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw new XdrError(`${value} is not a 64-bit unsigned integer`)
    const at = this.#reserve(8)
    this.#bytes.writeBigUInt64BE(value, at)
  }

  double(value: number): void {
    const at = this.#reserve(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  /**
   * UTF-8 text. A NUL is refused: libvirt reads C strings and would act on the part before it, that is, on another
   * name than the one that was checked.
   */
  string(value: string): void {
    if (value.includes('\0')) throw new XdrError('text with a NUL character cannot be sent')
    const length = Buffer.byteLength(value, 'utf8')
    if (length > maxStringBytes) throw new XdrError(`text of ${length} bytes is longer than ${maxStringBytes}`)
    this.uint(length)
    const at = this.#reserve(length + paddingOf(length))
    this.#bytes.write(value, at, length, 'utf8')
  }

  /** Bytes without a length in front (XDR fixed-length opaque). */
  fixedOpaque(value: Uint8Array): void {
    const at = this.#reserve(value.length + paddingOf(value.length))
    this.#bytes.set(value, at)
  }

  /** Bytes with their length in front (XDR variable-length opaque). */
  opaque(value: Uint8Array): void {
    this.uint(value.length)
    this.fixedOpaque(value)
  }

  /** Overwrites an unsigned integer written earlier, at `offset`. */
  patchUint(offset: number, value: number): void {
    if (offset + 4 > this.#length) throw new XdrError('patch lies outside what was written')
    this.#bytes.writeUInt32BE(value, offset)
  }

  /** What was written so far; shares memory with the writer, which must not be used afterwards. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Makes room and answers where. May replace the buffer: call it before `#bytes` is looked at. */
  #reserve(count: number): number {
    const at = this.#length
    const needed = at + count
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#length = needed
    return at
  }
}

/** Reads values one after another; throws {@link XdrError} at the first byte that cannot be right. */
export class XdrReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  uint(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  hyper(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8))
  }

  unsignedHyper(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8))
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  /** UTF-8 text; bytes that are not UTF-8 become U+FFFD, as no string of libvirt can be told apart otherwise. */
  string(): string {
    const length = this.#length(maxReadStringBytes, 1)
    const at = this.#take(length + paddingOf(length))
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** A copy of exactly `length` bytes. */
  fixedOpaque(length: number): Buffer {
    const at = this.#take(length + paddingOf(length))
    return Buffer.from(this.#bytes.subarray(at, at + length))
  }

  /** A copy of at most `limit` bytes whose length is written in front. */
  opaque(limit: number): Buffer {
    return this.fixedOpaque(this.#length(limit, 1))
  }

  /**
   * How many elements follow. `elementBytes` is the least an element takes on the wire: a count that the remaining
   * bytes cannot hold is refused here, before a list of that size is made.
   */
  count(limit: number, elementBytes: number): number {
    return this.#length(limit, elementBytes)
  }

  /** Whether an optional value follows. */
  present(): boolean {
    const flag = this.uint()
    if (flag > 1) throw new XdrError(`${flag} where 0 or 1 was expected`)
    return flag === 1
  }

  /** Promises that everything was read: left-over bytes mean that we misread the layout. */
  end(): void {
    if (this.remaining !== 0) throw new XdrError(`${this.remaining} bytes left over`)
  }

  #length(limit: number, unitBytes: number): number {
    const length = this.uint()
    if (length > limit) throw new XdrError(`length ${length} is above the limit ${limit}`)
    if (length * unitBytes > this.remaining) {
      throw new XdrError(`length ${length} does not fit into the ${this.remaining} bytes that follow`)
    }
    return length
  }

  #take(count: number): number {
    const at = this.#offset
    if (count > this.#bytes.length - at) {
      throw new XdrError(`message ends ${count - (this.#bytes.length - at)} bytes too early`)
    }
    this.#offset = at + count
    return at
  }
}
