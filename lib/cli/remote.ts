/** An installation elsewhere, by its API. */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { isEnded, type OperationEvent } from '@/lib/domain/operation'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok } from '@/lib/domain/result'
import type { ServiceProbeResult } from '@/lib/domain/service-probe'
import { SECOND } from '@/lib/domain/units'
import { filterForName } from '@/lib/services/guest/filter'
import type {
  Backend,
  ProgramCollect,
  ProgramConnection,
  ProgramGuest,
  ProgramOperation,
  ProgramPlan,
  ProgramServiceProbe,
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
    if (response.ok) return ok((response.status === 204 ? null : await jsonOf(response)) as Answer)
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
    findGuests: async (text) => {
      const query = new URLSearchParams({ q: filterForName(text), limit: '500' })
      const page = await ask<Page<{ id: string; name: string; connectionId: string }>>('GET', `/guests?${query}`)
      if (!page.ok) return page
      // An id is no part of what the filter looks in; a name that is one is rare enough to ask for it.
      if (page.value.items.length > 0 || !/^[0-9a-f-]{36}$/.test(text)) return ok(page.value.items)
      const guest = await ask<ProgramGuest>('GET', `/guests/${encodeURIComponent(text)}`)
      return guest.ok ? ok([guest.value]) : guest
    },
    createPlan: (intent) => ask<ProgramPlan>('POST', '/plans', { intent }),
    plan: (id) => ask<ProgramPlan>('GET', `/plans/${encodeURIComponent(id)}`),
    confirm: (id, body) => ask<ProgramOperation>('POST', `/plans/${encodeURIComponent(id)}/confirm`, body),
    operation: (id) => ask<ProgramOperation>('GET', `/operations/${encodeURIComponent(id)}`),
    lookAgain: (id) => ask<ProgramOperation>('POST', `/operations/${encodeURIComponent(id)}/look-again`),
    serviceProbe: (id) => ask<ProgramServiceProbe>('GET', probePath(id)),
    setServiceProbe: async (id, probe) => {
      if (probe !== null) return ask<ProgramServiceProbe>('PUT', probePath(id), probe)
      const cleared = await ask<null>('DELETE', probePath(id))
      return cleared.ok ? ok({ probe: null }) : cleared
    },
    tryServiceProbe: (id, probe) => ask<ServiceProbeResult>('POST', `${probePath(id)}/try`, probe),
    events: (id) => remoteEvents(`${base}/operations/${encodeURIComponent(id)}/events`, token),
    worksAlone: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  }
}

const probePath = (guestId: string): string => `/guests/${encodeURIComponent(guestId)}/service-probe`

/** A stream that breaks is taken up again where it was, so many times in a row. */
const MOST_BREAKS = 20
const AGAIN_AFTER = SECOND
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** Server-sent events until the operation has ended; a broken stream resumes after the last event that came. */
async function* remoteEvents(url: string, token: string): AsyncGenerator<OperationEvent> {
  let seq = 0
  for (let breaks = 0; breaks < MOST_BREAKS; breaks += 1) {
    for await (const event of readEvents(url, token, seq)) {
      seq = event.seq
      breaks = 0
      yield event
      if (event.event === 'state' && isEnded(event.state)) return
    }
    await wait(AGAIN_AFTER)
  }
  throw new CommandError(EXIT.unavailable, `${new URL(url).origin} ended the stream again and again.`)
}

async function* readEvents(url: string, token: string, after: number): AsyncGenerator<OperationEvent> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'last-event-id': String(after) }
  const response = await fetch(url, { headers, redirect: 'error' }).catch((error: unknown) => {
    if (error instanceof TypeError) return null
    throw error
  })
  if (response === null || response.body === null) return
  // It is being started anew, or a proxy before it says that it is away: as good as a broken stream.
  if (AWAY.has(response.status)) return
  if (!response.ok) throw await refusalOf(response)
  const decoder = new TextDecoder()
  let text = ''
  try {
    const reader = response.body.getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventFrom(block)
        if (event !== null) yield event
      }
    }
  } catch (error) {
    // The connection broke in the middle: the next one resumes.
    if (!(error instanceof TypeError)) throw error
  }
}

function eventFrom(block: string): OperationEvent | null {
  const lines = block.split('\n')
  const name = lines.find((line) => line.startsWith('event: '))?.slice('event: '.length)
  const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length)
  return name === undefined || data === undefined ? null : ({ event: name, ...JSON.parse(data) } as OperationEvent)
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

/** A page where our JSON should be comes from whoever stands before it (a sign-in page of a proxy), or is another program. */
async function jsonOf(response: Response): Promise<unknown> {
  const { origin } = new URL(response.url)
  try {
    return await response.json()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const what = error instanceof SyntaxError ? 'answered with something that is not ours' : 'broke off its answer'
    throw new CommandError(EXIT.unavailable, `${origin} ${what}: check the address after --server.`, { cause: error })
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
