import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { charArray, fixedChars, hyper, int, list, optional, string, struct, uint, unsignedHyper } from './codec'
import { decoded, encoded } from './testing/fake-daemon'
import { typedParameters, uuid } from './types'
import { maxStringBytes, XdrError, XdrReader, XdrWriter } from './xdr'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('the bytes XDR prescribes', () => {
  it.each([
    ['int −1', encoded(int, -1), 'ffffffff'],
    ['unsigned', encoded(uint, 0xdead_beef), 'deadbeef'],
    ['hyper −2', encoded(hyper, -2n), 'fffffffffffffffe'],
    ['unsigned hyper', encoded(unsignedHyper, 0xffff_ffff_ffff_ffffn), 'ffffffffffffffff'],
    ['a string is padded to four bytes', encoded(string, 'abcde'), '00000005 6162636465 000000'],
    ['an empty string', encoded(string, ''), '00000000'],
    ['a string counts bytes, not characters', encoded(string, '升'), '00000003 e58d87 00'],
    ['an absent value', encoded(optional(string), null), '00000000'],
    ['a present value', encoded(optional(string), 'a'), '00000001 00000001 61000000'],
    ['a list', encoded(list(int, 5), [7, 8]), '00000002 00000007 00000008'],
    ['chars take four bytes each', encoded(charArray(9), Buffer.from('ab')), '00000002 00000061 00000062'],
    ['a char above 127', encoded(charArray(9), Buffer.from([0xe5])), '00000001 000000e5'],
    ['a UUID', encoded(uuid, '6695eb01-f6a4-8304-79aa-97f2502e193f'), '6695eb01f6a4830479aa97f2502e193f'],
    [
      'typed parameters',
      encoded(typedParameters(9), new Map([['n', 'x']])),
      '00000001 000000016e000000 00000007 00000001 78000000',
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(bytes.toString('hex')).toBe(expected.replaceAll(' ', ''))
  })

  it('reads chars that C sent as negative numbers', () => {
    expect(decoded(charArray(9), hex('00000002 ffffffe5 00000061'))).toEqual(Buffer.from([0xe5, 0x61]))
  })
})

describe('round trips', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'))
  const record = struct({
    number: int,
    word: uint,
    big: hyper,
    huge: unsignedHyper,
    text: string,
    maybe: optional(string),
    names: list(string, 100),
    chars: charArray(100),
    fixed: fixedChars(32),
    id: uuid,
  })
  const records = fc.record({
    number: fc.integer(),
    word: fc.nat(0xffff_ffff),
    big: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    huge: fc.bigInt(0n, 2n ** 64n - 1n),
    text,
    maybe: fc.option(text),
    names: fc.array(text, { maxLength: 100 }),
    chars: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fixed: fc.string({ maxLength: 31 }).filter((value) => !value.includes('\0')),
    id: fc.uuid(),
  })

  it('every value comes back as it was, across growing buffers', () => {
    fc.assert(
      fc.property(records, (value) => {
        expect(decoded(record, encoded(record, value))).toEqual(value)
      }),
    )
  })

  it('typed parameters keep numbers exact, as bigint where a number would not be', () => {
    const values = fc.oneof(fc.maxSafeInteger(), fc.boolean(), text, fc.double({ noInteger: true, noNaN: true }))
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, values), { selector: ([name]) => name, maxLength: 20 }), (entries) => {
        const parameters = new Map(entries)
        expect(decoded(typedParameters(20), encoded(typedParameters(20), parameters))).toEqual(parameters)
      }),
    )
    const unlimited = new Map([['block.0.limit', 2n ** 64n - 1n]])
    expect(decoded(typedParameters(1), encoded(typedParameters(1), unlimited))).toEqual(unlimited)
  })

  it('a writer that grows between values keeps what it wrote', () => {
    const writer = new XdrWriter(4)
    for (let n = 0; n < 1_000; n += 1) writer.uint(n)
    const reader = new XdrReader(writer.finish())
    for (let n = 0; n < 1_000; n += 1) expect(reader.uint()).toBe(n)
    reader.end()
  })
})

describe('what cannot be sent', () => {
  it.each([
    ['a fraction', () => encoded(int, 1.5)],
    ['a number that is too large', () => encoded(int, 2 ** 31)],
    ['a negative unsigned number', () => encoded(uint, -1)],
    ['a bigint of 65 bits', () => encoded(unsignedHyper, 2n ** 64n)],
    ['a string with a NUL', () => encoded(string, 'good\0evil')],
    ['a string above 4 MiB', () => encoded(string, 'x'.repeat(maxStringBytes + 1))],
    ['a list above its limit', () => encoded(list(int, 2), [1, 2, 3])],
    ['a UUID that is none', () => encoded(uuid, 'db01')],
  ])('%s', (_name, encode) => {
    expect(encode).toThrow(XdrError)
  })
})

describe('hostile bytes', () => {
  it.each([
    ['a message that ends inside a number', int, '0000'],
    ['a string longer than the message', string, '7fffffff 61'],
    ['a string whose padding is missing', string, '00000001 61'],
    ['a list that could not fit', list(hyper, 16_384), '00004000 00000000'],
    ['a list above its limit', list(int, 2), '00000003 000000010000000200000003'],
    ['a flag that is neither 0 nor 1', optional(int), '00000002 00000001'],
    ['a typed parameter of unknown type', typedParameters(1), '00000001 00000000 00000009 00000000'],
    ['bytes left over', int, '00000001 00000002'],
  ])('%s is refused', (_name, codec, bytes) => {
    expect(() => decoded<unknown>(codec, hex(bytes))).toThrow(XdrError)
  })

  it('text that is not UTF-8 is readable all the same', () => {
    expect(decoded(string, hex('00000002 c328 0000'))).toBe('\ufffd(')
  })
})
