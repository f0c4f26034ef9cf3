import { createHmac } from 'node:crypto'
import type { Authentication } from './authentication'
import { makeTicket } from './authentication'
import type { User } from './state'

/**
 * A user's authenticator, from Proxmox VE's source (no second factor was recorded): the password gives a ticket that is
 * good for the second step only, and each code counts once.
 */

const PERIOD_S = 30

/** `PVE:!tfa!{"totp":true}:…`, the braces percent-encoded. */
export function makeChallenge(auth: Authentication, user: User): string {
  const kinds = encodeURIComponent(JSON.stringify({ totp: user.totpKey !== undefined, webauthn: null }))
  return makeTicket(auth, `!tfa!${kinds}`).replace('::', `:${user.id}:`)
}

export const isChallenge = (auth: Authentication, user: User, text: string): boolean => {
  const [, , stamp = ''] = /^PVE:(!tfa![^:]*):([0-9A-F]{8}):/.exec(text) ?? []
  const atMs = Number.parseInt(stamp, 16) * 1000
  const kinds = encodeURIComponent(JSON.stringify({ totp: user.totpKey !== undefined, webauthn: null }))
  return !Number.isNaN(atMs) && makeTicket(auth, `!tfa!${kinds}`, atMs).replace('::', `:${user.id}:`) === text
}

/** The previous, the present and the next code are taken, each once. */
export function takesCode(auth: Authentication, user: User, code: string): boolean {
  const step = Math.floor(auth.nowMs() / 1000 / PERIOD_S)
  const used = user.totpUsed ?? 0
  const found = [step - 1, step, step + 1].find((each) => each > used && codeAt(user.totpKey ?? '', each) === code)
  if (found === undefined) return false
  user.totpUsed = found
  return true
}

function codeAt(key: string, step: number): string {
  const message = Buffer.alloc(8)
  message.writeUInt32BE(Math.floor(step / 2 ** 32), 0)
  message.writeUInt32BE(step % 2 ** 32, 4)
  const hash = createHmac('sha1', fromBase32(key)).update(message).digest()
  const at = (hash[19] ?? 0) % 16
  const number = hash.readUInt32BE(at) % 2 ** 31
  return (number % 1_000_000).toString().padStart(6, '0')
}

function fromBase32(text: string): Buffer {
  let bits = 0
  let held = 0
  const bytes: number[] = []
  for (const letter of text) {
    held = held * 32 + 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push(Math.floor(held / 2 ** bits))
      held %= 2 ** bits
    }
  }
  return Buffer.from(bytes)
}
