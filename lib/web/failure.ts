import { randomBytes } from 'node:crypto'

/** Messages of these hold the values they failed on, which may be secret: only their names and places are logged. */
const TALKATIVE = /prisma|zod|syntaxerror/i

/**
 * Logs a bug of ours under a short reference a person can quote, without what the request held.
 * @param where the route or action it happened in
 * @returns the reference
 */
export function logFailure(where: string, error: unknown): string {
  const reference = randomBytes(5).toString('hex')
  console.error(JSON.stringify({ level: 'error', at: new Date().toISOString(), reference, where, ...factsOf(error) }))
  return reference
}

function factsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const place = frames.slice(0, 12).map((line) => line.trim())
  if (TALKATIVE.test(error.name)) return { error: error.name, ...code, place }
  return { error: error.name, ...code, message: error.message.slice(0, 500), place }
}
