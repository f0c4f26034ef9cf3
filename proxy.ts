import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from '@/lib/web/content-security-policy'
import { PATH_HEADER } from '@/lib/web/own-path'

const NONCE_BYTES = 16

/**
 * Gives every page its own nonce and its own path, which Next tells to no page while it renders. The root layout reads it from `x-nonce`; Next finds it in the policy and puts it on
 * its scripts. What is no page (API, static files) gets its fixed headers from our HTTP server.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString('base64')
  const policy = contentSecurityPolicy({ nonce, development: process.env.NODE_ENV === 'development' })
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set(PATH_HEADER, `${request.nextUrl.pathname}${request.nextUrl.search}`)
  headers.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}

export const config = { matcher: ['/((?!api/|metrics$|_next/static/|_next/image).*)'] }
