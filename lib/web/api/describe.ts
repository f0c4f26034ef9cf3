import { z } from 'zod'
import { ok } from '@/lib/domain/result'
import { endpoint, noParams } from './endpoint'
import { openApiDocument } from './openapi'

/** It depends on nothing but this release. */
let document: ReturnType<typeof openApiDocument> | null = null

/** The document describes everything else; it describes itself to those who have a token. */
export const describeApi = endpoint({
  id: 'describeApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  permission: 'inventory.read',
  params: noParams,
  query: z.object({}),
  body: null,
  status: 200,
  answer: z.looseObject({ openapi: z.string() }),
  refusals: [],
  run: async () => {
    document ??= openApiDocument()
    return ok(document)
  },
})
