/**
 * Sealing of credentials at rest: AES-256-GCM with the instance key, a random IV for each sealing, and the id of the
 * record as additional data, so that a sealed text moved to another row opens nothing.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { type Outcome, ok, refused } from '@/lib/domain/result'

/** The key of this installation and a name for it that tells nothing of it. */
export type InstanceKey = { readonly id: string; readonly key: Buffer }
/** Layout: one byte of version, 12 of IV, 16 of authentication tag, then the sealed text. */
export type Sealed = { keyId: string; sealed: Buffer }

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const VERSION = 1
/** NIST SP 800-38D: 96 bits are the recommended length; random ones are safe for 2^32 sealings under one key. */
const IV_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + IV_BYTES + TAG_BYTES

/** The key made of 32 bytes. Throws when there are not 32: a short key is no key. */
export function instanceKeyOf(bytes: Buffer): InstanceKey {
  if (bytes.length !== KEY_BYTES) throw new Error(`the instance key must have ${KEY_BYTES} bytes, not ${bytes.length}`)
  const id = createHash('sha256').update('snapwarden instance key\0').update(bytes).digest('hex').slice(0, 16)
  return { id, key: bytes }
}

/** Seals `text` for the record `recordId`. */
export function seal(key: InstanceKey, recordId: string, text: string): Sealed {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key.key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(recordId))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return { keyId: key.id, sealed: Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), body]) }
}

/**
 * Opens what was sealed for `recordId`. Refused (`unlock-failed`) with another key, for another record, or when a
 * byte of it changed: these cannot be told apart, and need not be.
 */
export function unseal(key: InstanceKey, recordId: string, { keyId, sealed }: Sealed): Outcome<string> {
  if (keyId !== key.id || sealed.length < HEADER_BYTES || sealed[0] !== VERSION) {
    return refused({ code: 'unlock-failed' })
  }
  const decipher = createDecipheriv(CIPHER, key.key, sealed.subarray(1, 1 + IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(recordId))
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEADER_BYTES))
  try {
    return ok(Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8'))
  } catch (error) {
    // OpenSSL says no more than that authentication failed.
    return refused({ code: 'unlock-failed' }, { source: 'aes-256-gcm', code: null, text: String(error) })
  }
}
