import type { Reason } from '@/lib/domain/reason'

/** A read that did not answer with data. `why` has a text in every language; `status` is HTTP's, 0 = no answer at all. */
export class ReadError extends Error {
  readonly why: Reason
  readonly status: number
  constructor(why: Reason, status: number) {
    super(why.code)
    this.name = 'ReadError'
    this.why = why
    this.status = status
  }
}

type Parameter = string | number | boolean | undefined | null

/**
 * Reads one of our own GET routes as JSON. Undefined, null and empty parameters are left out of the URL.
 * @throws ReadError when the answer is a refusal, no JSON, or does not come; the abort of `signal` passes through
 */
export async function fetchRead<T>(
  path: string,
  parameters: Record<string, Parameter>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  const response = await ask(text === '' ? path : `${path}?${text}`, signal)
  if (response.ok) return (await response.json()) as T
  throw new ReadError(await reasonOf(response), response.status)
}

async function ask(url: string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, { headers: { accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ReadError({ code: 'unreachable', address: globalThis.location?.host ?? '', cause: 'network' }, 0)
  }
}

async function reasonOf(response: Response): Promise<Reason> {
  const body: unknown = await response.json().catch(() => null)
  const why = typeof body === 'object' && body !== null && 'why' in body ? body.why : null
  if (typeof why === 'object' && why !== null && 'code' in why) return why as Reason
  return { code: 'protocol', problem: `HTTP ${response.status}` }
}
