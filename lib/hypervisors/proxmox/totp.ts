/** The second factor most accounts have: a time-based code (RFC 6238: SHA-1, 6 digits, 30 s), as Proxmox VE checks it. */
import { createHmac } from 'node:crypto'
import { type Millis, SECOND } from '@/lib/domain/units'

const PERIOD: Millis = 30 * SECOND
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The key of an `otpauth://` address or of what an app shows for typing (spaces allowed), or null when it is none. */
export function readTotpKey(text: string): Buffer | null {
  const typed = /^otpauth:\/\/totp\//i.test(text.trim()) ? new URL(text.trim()).searchParams.get('secret') : text
  const letters = (typed ?? '').replace(/[\s=-]/g, '').toUpperCase()
  if (letters.length < 16 || /[^A-Z2-7]/.test(letters)) return null
  const bits = [...letters].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}

/** The code of the moment; `ahead` periods later where the present one was used already. */
export function totpCode(key: Buffer, atMillis: Millis, ahead = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(atMillis / PERIOD) + ahead))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0x0f
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
