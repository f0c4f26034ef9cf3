/** The shape of one endpoint of the public API. Routes and the OpenAPI document are both made from it. */
import { z } from 'zod'
import type { Permission } from '@/lib/domain/permission'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Context } from '@/lib/services/context'
import { decodeCursor, encodeCursor } from '../cursor'

const MAX_LIMIT = 500
const DEFAULT_LIMIT = 100

export const noParams = z.object({})
/** What is no id of ours names nothing: it is not found, as an id that was ours once. */
export const byId = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u),
})
export const paging = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(2_000).optional().meta({ description: 'nextCursor of the page before' }),
}
export const pagingQuery = z.object(paging)

export type Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> = {
  /** operationId in the document */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** below /api/v1, with {id} where a parameter is */
  path: string
  summary: string
  permission: Permission
  params: Params
  query: Query
  body: Body | null
  status: 200 | 201 | 202 | 204
  answer: z.ZodType | null
  /** media type of an answer that is no JSON: `run` then gives the response itself */
  stream?: 'text/event-stream'
  /** codes besides those every endpoint may answer with */
  refusals: number[]
  run: (call: {
    ctx: Context
    params: z.output<Params>
    query: z.output<Query>
    body: z.output<Body>
    request: Request
  }) => Promise<Outcome<unknown>>
}

/** Keeps the types of the parts together. */
export const endpoint = <Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  spec: Endpoint<Params, Query, Body>,
): Endpoint<Params, Query, Body> => spec

/** Where a list goes on: the id after which, null at the beginning. */
export function readCursor(list: string, cursor: string | undefined): Outcome<string | null> {
  if (cursor === undefined || cursor === '') return ok(null)
  const id = decodeCursor(list, cursor)?.[0]
  if (typeof id === 'string') return ok(id)
  return refused({ code: 'invalid', errors: [{ path: 'cursor', message: 'is not a nextCursor of this list' }] })
}

/** One page of rows that are all at hand, by id. */
export function pageOfAll<Row extends { id: string }>(
  list: string,
  rows: readonly Row[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Outcome<{ rows: Row[]; nextCursor: string | null }> {
  const after = readCursor(list, cursor)
  if (!after.ok) return after
  const sorted = [...rows].sort((one, other) => (one.id < other.id ? -1 : 1))
  const left = sorted.filter(({ id }) => after.value === null || id > after.value)
  const page = left.slice(0, limit)
  return ok({ rows: page, nextCursor: nextCursor(list, page, left.length > limit) })
}

/** The mark of the next page, null when there is none. */
export function nextCursor(list: string, page: readonly { id: string }[], more: boolean): string | null {
  const last = page.at(-1)
  return more && last !== undefined ? encodeCursor(list, [last.id]) : null
}
