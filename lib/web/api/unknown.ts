import { refused } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { guard, type RouteHandler } from '../gate'
import { webProcess } from '../process'
import { bearer } from './define-api'
import { problemResponse } from './problem'

/** What does not exist says so as everything else does, and only to those who hold a token. */
export const unknownEndpoint: RouteHandler = async (request) => {
  const { pathname } = new URL(request.url)
  const outcome = await guard(`${request.method} ${pathname}`, async () => {
    const caller = await bearer(webProcess(), request.headers)
    return caller.ok ? refused({ code: 'missing', what: 'page', name: pathname.slice(0, 200) }) : caller
  })
  return problemResponse(
    outcome.ok ? { code: 'missing', what: 'page', name: pathname } : outcome.why,
    instantAt(Date.now()),
  )
}
