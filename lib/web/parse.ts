import type { z } from 'zod'
import { type Outcome, ok, refused } from '@/lib/domain/result'

const MAX_ERRORS = 20

/** Checks foreign input against its schema; what does not fit comes back by field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): Outcome<z.output<Schema>> {
  const result = schema.safeParse(input)
  if (result.success) return ok(result.data)
  const errors = result.error.issues.slice(0, MAX_ERRORS).map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }))
  return refused({ code: 'invalid', errors })
}

/** Query parameters as a flat object; of a repeated one the first counts. */
export function queryOf(url: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of new URL(url).searchParams) {
    if (!Object.hasOwn(found, name)) found[name] = value
  }
  return found
}

/**
 * Reads a JSON body up to `maxBytes`, however long it says it is.
 * @returns the value, or why it cannot be used
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<Outcome<unknown>> {
  const bad = (message: string) => refused({ code: 'invalid', errors: [{ path: '', message }] })
  if (request.body === null) return ok({})
  const decoder = new TextDecoder('utf-8', { fatal: false })
  const reader = request.body.getReader()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      return bad(`the body is larger than ${maxBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
  text += decoder.decode()
  if (text.trim() === '') return ok({})
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return bad('the body is not JSON')
    throw error
  }
}
