/** An installation elsewhere, by its API. */
import { z } from 'zod'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type {
  Backend,
  ProgramCollect,
  ProgramConnection,
  ProgramGuest,
  ProgramSnapshots,
  ProgramStorage,
  ProgramTest,
} from './backend'
import { CommandError, EXIT, exitCodeOf } from './exit'
import { printable, sentence } from './output'

/** `collect` answers after 120 s at the latest. */
const PATIENCE = 150 * SECOND

const problemShape = z.looseObject({
  code: z.string(),
  title: z.string(),
  detail: z.string().default(''),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

type Page<Item> = { items: Item[]; nextCursor: string | null }

/** Opens the API of a server. Nothing is asked yet. */
export function openRemote(server: string, token: string): Backend {
  const base = apiBase(server)

  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Outcome<Answer>> => {
    const response = await request(`${base}${path}`, method, token, body)
    if (response.ok) return ok((response.status === 204 ? null : await response.json()) as Answer)
    throw await refusalOf(response)
  }
  const all = async function* <Item>(path: string): AsyncIterable<Item> {
    let cursor: string | null = null
    do {
      const mark: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: Outcome<Page<Item>> = await ask<Page<Item>>('GET', `${path}?limit=500${mark}`)
      if (!page.ok) return
      yield* page.value.items
      cursor = page.value.nextCursor
    } while (cursor !== null)
  }
  const gather = async <Item>(path: string): Promise<Item[]> => {
    const found: Item[] = []
    for await (const item of all<Item>(path)) found.push(item)
    return found
  }

  return {
    connections: async () => ok(await gather<ProgramConnection>('/connections')),
    addConnection: (body) => ask<ProgramConnection>('POST', '/connections', body),
    testConnection: (id) => ask<ProgramTest>('POST', `/connections/${encodeURIComponent(id)}/test`),
    collect: (id) => ask<ProgramCollect>('POST', `/connections/${encodeURIComponent(id)}/collect`),
    beginExport: async () => ok(null),
    guestIds: async function* () {
      for await (const { id } of all<{ id: string }>('/guests')) yield ok(id)
    },
    guest: async (id) => {
      const path = `/guests/${encodeURIComponent(id)}`
      const [guest, snapshots] = await Promise.all([
        ask<ProgramGuest>('GET', path),
        ask<ProgramSnapshots>('GET', `${path}/snapshots`),
      ])
      if (!guest.ok) return guest
      return snapshots.ok ? ok({ guest: guest.value, snapshots: snapshots.value }) : snapshots
    },
    storages: async () => {
      const found: ProgramStorage[] = []
      for (const { id } of await gather<{ id: string }>('/storages')) {
        const storage = await ask<ProgramStorage>('GET', `/storages/${encodeURIComponent(id)}`)
        if (!storage.ok) return storage
        found.push(storage.value)
      }
      return ok(found)
    },
    close: () => Promise.resolve(),
  }
}

function apiBase(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new CommandError(
      EXIT.usage,
      `--server must be an address like https://snapwarden.example; "${server}" is not.`,
    )
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/api/v1`
}

async function request(url: string, method: string, token: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE),
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const cause = error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
    throw new CommandError(EXIT.unavailable, `${new URL(url).origin} does not answer: ${cause}.`, { cause: error })
  }
}

/** A problem of the API as the end of the command, with the same exit code as the same refusal here. */
async function refusalOf(response: Response): Promise<CommandError> {
  const body: unknown = await response.json().catch(() => null)
  const problem = problemShape.safeParse(body)
  if (!problem.success) {
    return new CommandError(
      EXIT.unavailable,
      `${new URL(response.url).origin} answered HTTP ${response.status}, which is not ours.`,
    )
  }
  const { code, title, detail } = problem.data
  const line = printable(`${code}: ${sentence(title)} ${detail}`.trim())
  return new CommandError(exitOf(response.status, code), line)
}

function exitOf(status: number, code: string) {
  if (status === 401 || status === 403) return EXIT.notPermitted
  if (status === 404) return EXIT.notFound
  if (status === 503) return EXIT.unavailable
  // Codes that are not reasons of ours end as a refusal.
  return exitCodeOf({ code: code as Reason['code'] })
}
