import type { IncomingMessage, ServerResponse } from 'node:http'
import { VERSION } from '@/lib/config'

/** Where the installation stands before the application may answer. */
export type Phase = 'starting' | 'migrating' | 'serving'

const RETRY_SECONDS = '2'

/** Answers a request that came before everything is up: health tells the phase, a page reloads itself, the API says 503. */
export function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  phase: Exclude<Phase, 'serving'>,
): void {
  const path = request.url?.split('?')[0] ?? '/'
  response.statusCode = 503
  response.setHeader('Retry-After', RETRY_SECONDS)
  response.setHeader('Cache-Control', 'no-store')
  if (path === '/api/health') {
    sendJson(response, {
      status: 'fail',
      version: VERSION,
      database: null,
      worker: { heartbeatAgeMs: null },
      reason: phase,
    })
  } else if (path.startsWith('/api/') || path === '/metrics') {
    const detail = 'Snapwarden is starting.'
    sendJson(
      response,
      { type: 'about:blank', title: 'Starting', status: 503, detail, code: phase },
      'application/problem+json',
    )
  } else {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    response.setHeader('Refresh', RETRY_SECONDS)
    response.end(STARTING_PAGE)
  }
}

function sendJson(response: ServerResponse, body: object, type = 'application/json'): void {
  response.setHeader('Content-Type', type)
  response.end(JSON.stringify(body))
}

const STARTING_PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Snapwarden is starting</title>
<p>Snapwarden is starting. This page opens by itself in a moment.
<p lang="zh-CN">Snapwarden 正在启动，页面稍后会自动打开。
</html>
`
