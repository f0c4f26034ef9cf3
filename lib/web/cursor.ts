/** Opaque page marks of the API: what they hold is ours to change, so callers only hand them back. */
import { z } from 'zod'

const VERSION = 1
const cursorShape = z.tuple([
  z.literal(VERSION),
  z.string().max(40),
  z.array(z.union([z.string(), z.number(), z.null()])).max(4),
])

export type CursorKey = (string | number | null)[]

/** Turns a position in the list named `list` into an opaque mark. */
export function encodeCursor(list: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([VERSION, list, key])).toString('base64url')
}

/** The position a mark stands for; null for a mark that is not ours or belongs to another list. */
export function decodeCursor(list: string, text: string): CursorKey | null {
  if (text.length > 2_000 || !/^[\w-]+$/.test(text)) return null
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  const result = cursorShape.safeParse(parsed)
  return result.success && result.data[1] === list ? result.data[2] : null
}
