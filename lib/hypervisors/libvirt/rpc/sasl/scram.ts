import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type SaslConversation, SaslError } from './mechanism'

/** On a thread of the pool: thousands of rounds of hashing would stop every other connection. */
const derive = promisify(pbkdf2)

export type ScramHash = 'sha1' | 'sha256'

const mechanismNames: Readonly<Record<ScramHash, string>> = { sha1: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256' }

/** RFC 7677 §4. A server that asks for less makes a stolen exchange cheap to guess. */
const leastIterations = 4096
/** A server could otherwise make us compute for minutes; 600,000 is what is recommended for new passwords today. */
const mostIterations = 1_000_000

/** GS2 header: no channel binding, no other identity; base64 of it goes into the last message (RFC 5802 §7). */
const gs2Header = 'n,,'

/**
 * SCRAM (RFC 5802, RFC 7677) without channel binding: the password never travels, and the server has to prove that it
 * knows it too. `nonce` is for tests against the RFC's examples.
 */
export function scramConversation(
  hash: ScramHash,
  username: string,
  password: string,
  nonce: string = randomBytes(24).toString('base64'),
): SaslConversation {
  const firstBare = `n=${escapeName(username)},r=${nonce}`
  let expectedSignature: Buffer | null = null
  let complete = false

  const answer = async (challenge: string): Promise<Buffer> => {
    const fields = fieldsOf(challenge)
    const serverNonce = fields.get('r') ?? ''
    const salt = Buffer.from(fields.get('s') ?? '', 'base64')
    const iterations = Number(fields.get('i'))
    if (fields.has('m')) throw new SaslError('malformed', 'the server asks for an extension we do not know')
    if (!serverNonce.startsWith(nonce) || serverNonce.length === nonce.length) {
      throw new SaslError('malformed', 'the server did not continue our nonce')
    }
    if (salt.length === 0) throw new SaslError('malformed', 'the server sent no salt')
    if (!Number.isInteger(iterations) || iterations < leastIterations || iterations > mostIterations) {
      throw new SaslError('malformed', `${fields.get('i')} iterations are not acceptable`)
    }

    const size = hash === 'sha1' ? 20 : 32
    const salted = await derive(password, salt, iterations, size, hash)
    const clientKey = keyed(hash, salted, 'Client Key')
    const storedKey = createHash(hash).update(clientKey).digest()
    const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${serverNonce}`
    const exchange = `${firstBare},${challenge},${withoutProof}`
    const signature = keyed(hash, storedKey, exchange)
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))
    expectedSignature = keyed(hash, keyed(hash, salted, 'Server Key'), exchange)
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  const verify = (challenge: string, expected: Buffer): void => {
    const fields = fieldsOf(challenge)
    const error = fields.get('e')
    if (error !== undefined) throw new SaslError('rejected', `the server says ${error.slice(0, 100)}`)
    const signature = Buffer.from(fields.get('v') ?? '', 'base64')
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new SaslError('unverified', 'the server could not prove that it knows the password')
    }
    complete = true
  }

  return {
    mechanism: mechanismNames[hash],
    start: () => Buffer.from(gs2Header + firstBare),
    async step(challenge) {
      if (complete) return null
      const text = challenge.toString('utf8')
      if (expectedSignature === null) return answer(text)
      verify(text, expectedSignature)
      return null
    },
    get complete() {
      return complete
    },
  }
}

/** `,` and `=` separate fields, so they are written in another way inside a name (RFC 5802 §5.1). */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function fieldsOf(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map((field) => [field.slice(0, 1), field.slice(2)]))
}

function keyed(hash: ScramHash, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest()
}
