/** The number inside an answer by which some receivers say no with HTTP 200; null = the answer has none. */
export function errorCodeOf(answer: string, ...names: string[]): number | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    // A proxy's page in place of the receiver's answer: there is no code in it, and that is what is told.
    return null
  }
  if (typeof parsed !== 'object' || parsed === null) return null
  for (const name of names) {
    const code: unknown = Reflect.get(parsed, name)
    if (typeof code === 'number') return code
  }
  return null
}
