/** SHA-256 (FIPS 180-4). Decisions import no Node, and the browser's own is asynchronous; thirty lines are neither. */

const primes = (count: number): number[] => {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}

/** The first 32 bits of a number's fractional part. */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0

const START = primes(8).map((prime) => fraction(Math.sqrt(prime)))
const ROUND = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))

type State = [number, number, number, number, number, number, number, number]

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** Hex digest of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const view = padded(bytes)
  const state = [...START] as State
  const words = new Int32Array(64)
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(offset + index * 4)
    for (let index = 16; index < 64; index += 1) words[index] = extended(words, index)
    compress(state, words)
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The message, a one bit, zeros, and its length in bits, in whole blocks of 64 bytes. */
function padded(bytes: Uint8Array): DataView {
  const padding = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padding.set(bytes)
  padding[bytes.length] = 0x80
  const view = new DataView(padding.buffer)
  view.setUint32(padding.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padding.length - 4, (bytes.length << 3) >>> 0)
  return view
}

const at = (words: ArrayLike<number>, index: number): number => words[index] as number

function extended(words: Int32Array, index: number): number {
  const early = at(words, index - 15)
  const late = at(words, index - 2)
  const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
  const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
  return (at(words, index - 16) + small0 + at(words, index - 7) + small1) | 0
}

function compress(state: State, words: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state
  for (let index = 0; index < 64; index += 1) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const chosen = (e & f) ^ (~e & g)
    const first = (h + big1 + chosen + at(ROUND, index) + at(words, index)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const major = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + big0 + major) | 0
  }
  state[0] = (state[0] + a) | 0
  state[1] = (state[1] + b) | 0
  state[2] = (state[2] + c) | 0
  state[3] = (state[3] + d) | 0
  state[4] = (state[4] + e) | 0
  state[5] = (state[5] + f) | 0
  state[6] = (state[6] + g) | 0
  state[7] = (state[7] + h) | 0
}
