/** The OpenAPI document of /api/v1, made from the schemas the routes themselves use. */
import { z } from 'zod'
import { VERSION } from '@/lib/config'
import { problemSchema } from '@/lib/services/program/schemas'
import { alertAcknowledge, alertComment, alertGet, alertList, alertSilence } from './alerts'
import { channelCreate, channelDelete, channelList, channelTest } from './channels'
import { cleanUpChange, cleanUpCreate, cleanUpDelete, cleanUpList } from './clean-ups'
import {
  connectionCollect,
  connectionCreate,
  connectionDelete,
  connectionGet,
  connectionList,
  connectionTest,
} from './connections'
import type { Endpoint } from './endpoint'
import { guestGet, guestList, guestSnapshots, storageFuture, storageGet, storageList, storagePast } from './inventory'
import {
  holdList,
  holdPlace,
  holdRelease,
  operationCancel,
  operationEvents,
  operationGet,
  operationList,
  operationLookAgain,
  operationRetry,
  planConfirm,
  planCreate,
  planGet,
} from './operations'
import { ruleChange, ruleCreate, ruleDelete, ruleList } from './rules'
import { serviceProbeDelete, serviceProbeGet, serviceProbePut, serviceProbeTry } from './service-probes'

/** Every endpoint of the public API. A test holds the routes under app/api/v1 against it. */
export const ENDPOINTS = [
  connectionList,
  connectionCreate,
  connectionGet,
  connectionDelete,
  connectionCollect,
  connectionTest,
  guestList,
  guestGet,
  guestSnapshots,
  serviceProbeGet,
  serviceProbePut,
  serviceProbeDelete,
  serviceProbeTry,
  storageList,
  storageGet,
  storagePast,
  storageFuture,
  planCreate,
  planGet,
  planConfirm,
  operationList,
  operationGet,
  operationEvents,
  operationCancel,
  operationRetry,
  operationLookAgain,
  holdList,
  holdPlace,
  holdRelease,
  alertList,
  alertGet,
  alertAcknowledge,
  alertSilence,
  alertComment,
  ruleList,
  ruleCreate,
  ruleChange,
  ruleDelete,
  cleanUpList,
  cleanUpCreate,
  cleanUpChange,
  cleanUpDelete,
  channelList,
  channelCreate,
  channelDelete,
  channelTest,
] as unknown as readonly Endpoint[]

/** Answers any endpoint may give besides its own. */
const COMMON_REFUSALS = [401, 403, 422, 429, 500]

const REFUSAL_TEXT: Record<number, string> = {
  401: 'No valid bearer token',
  403: 'The token may not do this',
  404: 'There is no such thing',
  410: 'The plan has expired',
  409: 'It exists already, or things stand in the way',
  422: 'The request cannot be used; `errors` says which fields',
  429: 'Too many requests; see Retry-After',
  500: 'Snapwarden made a mistake; `detail` names a reference for the log',
  502: 'The hypervisor said no; `code` says why',
  504: 'No answer in time',
}

type JsonSchema = { [key: string]: unknown }

/** The schema as OpenAPI 3.1 (JSON Schema 2020-12) writes it; `io` chooses what is sent to us or by us. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' })
  return rest
}

/** Builds the document. */
export function openApiDocument(): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const endpoint of ENDPOINTS) {
    const path = paths[endpoint.path] ?? {}
    path[endpoint.method.toLowerCase()] = operationOf(endpoint)
    paths[endpoint.path] = path
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Snapwarden',
      version: VERSION,
      description:
        'Times are ISO 8601 in UTC. Bytes are integers; null means not known, never none. Lists answer `{items, nextCursor}`.',
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token made in the settings' } },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  }
}

function operationOf(endpoint: Endpoint): JsonSchema {
  const body =
    endpoint.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } },
          },
        }
  const refusals = [...new Set([...COMMON_REFUSALS, ...endpoint.refusals])].sort((one, other) => one - other)
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    description: `Needs the permission ${endpoint.permission}.`,
    parameters: [...parametersOf(endpoint.params, 'path'), ...parametersOf(endpoint.query, 'query')],
    ...body,
    responses: {
      [String(endpoint.status)]:
        endpoint.answer === null
          ? { description: 'Done', ...(endpoint.stream === undefined ? {} : { content: { [endpoint.stream]: {} } }) }
          : { description: 'Done', content: { 'application/json': { schema: jsonSchema(endpoint.answer, 'output') } } },
      ...Object.fromEntries(refusals.map((status) => [String(status), refusalOf(status)])),
    },
  }
}

const refusalOf = (status: number): JsonSchema => ({
  description: REFUSAL_TEXT[status] ?? 'Refused',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): JsonSchema[] {
  const { properties, required } = jsonSchema(schema, 'input')
  const names = Array.isArray(required) ? required : []
  return Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || names.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}
