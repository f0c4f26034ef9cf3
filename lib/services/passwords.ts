import { hash, verify } from '@node-rs/argon2'
import type { Reason } from '@/lib/domain/reason'

/** `Algorithm.Argon2id`: the package declares it as an ambient const enum, which isolated modules cannot read. */
const ARGON2ID = 2
/** argon2id as OWASP advises for servers: 19 MiB, two passes, one lane (26 ms measured). */
const COST = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Length beats rules (NIST SP 800-63B): no composition demands, a floor and a ceiling. */
export const PASSWORD_MIN = 10
/** Hashing reads all of it, so there is an end. */
export const PASSWORD_MAX = 256

/** Hashes a password for the accounts table. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFKC'), COST)

/** Whether the password belongs to the hash. A hash we cannot read belongs to none. */
export async function verifyPassword(hashed: string, password: string): Promise<boolean> {
  if (!hashed.startsWith('$argon2id$')) return false
  return verify(hashed, password.normalize('NFKC'))
}

/** Why this password is not accepted, or null. */
export function passwordProblem(password: string): Reason | null {
  const length = [...password].length
  if (length < PASSWORD_MIN) return { code: 'weak-password', minLength: PASSWORD_MIN }
  if (length > PASSWORD_MAX) {
    return { code: 'invalid', errors: [{ path: 'password', message: `must be at most ${PASSWORD_MAX} characters` }] }
  }
  if (new Set(password).size < 4) return { code: 'weak-password', minLength: PASSWORD_MIN }
  return null
}
