import { timingSafeEqual } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import type { UserId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { recordChange } from '@/lib/store/changes'
import { countTry, forgetTries } from '@/lib/store/rate-limits'
import { withTransaction } from '@/lib/store/tx'
import { administratorExists, insertUser, LANGUAGES, lockAdministrators } from '@/lib/store/users'
import { by, type Verb } from '../context'
import { email, password, personName } from '../fields'
import { LIMITS } from '../limits'
import { hashPassword, passwordProblem } from '../passwords'

export const createAdministratorInput = z.object({
  code: z.string().min(1, 'must not be empty').max(64),
  name: personName,
  email,
  password,
  language: z.enum(LANGUAGES).nullish(),
})

type Input = z.output<typeof createAdministratorInput> & {
  /** file with the set-up code, as configured */
  codeFile: string
}

/**
 * Makes the first administrator for whoever knows the set-up code printed at the start. The code works once, and ten
 * tries an hour are counted whoever makes them. Once any administrator exists the answer is `setup-done`.
 */
export const createAdministrator: Verb<Input, { userId: UserId }> = async ({ ctx, input }) => {
  if (await administratorExists(ctx.store)) return refused({ code: 'setup-done' })
  const tried = await countTry(ctx.store, 'setup-code', 'everyone', LIMITS.setupCode)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  const code = await readSetupCode(input.codeFile)
  if (code === null || !sameCode(code, input.code)) {
    // Somebody was a moment faster, and took the code along: it was not wrong.
    if (await administratorExists(ctx.store)) return refused({ code: 'setup-done' })
    return refused({ code: 'setup-code-wrong', triesLeft: tried.triesLeft })
  }
  const weak = passwordProblem(input.password)
  if (weak !== null) return refused(weak)
  const passwordHash = await hashPassword(input.password)
  const outcome = await withTransaction(ctx.store, async (tx) => {
    await lockAdministrators(tx)
    if (await administratorExists(tx)) return refused({ code: 'setup-done' })
    const userId = await insertUser(tx, {
      email: input.email,
      name: input.name,
      role: 'admin',
      passwordHash,
      language: input.language ?? null,
    })
    if (userId === null) return refused({ code: 'already-exists', what: 'user', name: input.email })
    await record(tx, { ...by(ctx), action: 'setup.administrator-created', subject: `user:${input.email}` })
    await recordChange(tx, 'users', userId)
    return ok({ userId })
  })
  if (outcome.ok) {
    await rm(input.codeFile, { force: true })
    await forgetTries(ctx.store, 'setup-code', 'everyone')
  }
  return outcome
}

async function readSetupCode(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim() || null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Compares in constant time. Case, spaces and dashes are the typist's. */
function sameCode(expected: string, given: string): boolean {
  const plain = (text: string) =>
    Buffer.alloc(
      64,
      text
        .toUpperCase()
        .replace(/[^0-9A-Z]/g, '')
        .padEnd(64, '_')
        .slice(0, 64),
    )
  return timingSafeEqual(plain(expected), plain(given))
}
