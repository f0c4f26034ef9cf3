import { createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { answerEarly } from './answer-early'
import { OpenResponses } from './open-responses'

let server: Server | null = null
afterEach(() => server?.closeAllConnections())

async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Opens a request; `text` fills as the answer comes, `ended` tells how it ended. */
function open(
  port: number,
  path = '/',
): { text: () => string; response: Promise<IncomingMessage>; ended: Promise<'complete' | 'cut'> } {
  let text = ''
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent: false }, resolve).on('error', reject)
  })
  const ended = response.then(
    (message) =>
      new Promise<'complete' | 'cut'>((resolve) => {
        message.setEncoding('utf8')
        message.on('data', (chunk) => {
          text += chunk
        })
        message.on('error', () => resolve('cut'))
        message.on('close', () => resolve(message.complete ? 'complete' : 'cut'))
      }),
  )
  return { text: () => text, response, ended }
}

describe('the end of the web server', () => {
  it('cuts an event stream at once and lets an ordinary answer finish', async () => {
    const responses = new OpenResponses()
    let finish: () => void = () => undefined
    const port = await serve((request, response) => {
      responses.add(response)
      if (request.url === '/stream') {
        response.setHeader('Content-Type', 'text/event-stream')
        response.write('data: 1\n\n')
      } else {
        response.write('half ')
        finish = () => response.end('whole')
      }
    })
    const stream = open(port, '/stream')
    const answer = open(port, '/slow')
    await Promise.all([stream.response, answer.response])

    const ending = responses.end(server as Server, 5_000)
    expect(await stream.ended).toBe('cut')
    finish()
    expect(await answer.ended).toBe('complete')
    expect(answer.text()).toBe('half whole')
    await ending
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  it('does not wait for an answer that never ends', async () => {
    const responses = new OpenResponses()
    const port = await serve((_request, response) => {
      responses.add(response)
      response.write('for ever')
    })
    const answer = open(port)
    await answer.response
    await responses.end(server as Server, 50)
    expect(await answer.ended).toBe('cut')
  })
})

describe('an answer before everything is up', () => {
  it.each(['starting', 'migrating'] as const)('tells health that it is %s', async (phase) => {
    const port = await serve((request, response) => answerEarly(request, response, phase))
    const response = await fetch(`http://127.0.0.1:${port}/api/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'fail',
      version: expect.any(String),
      database: null,
      worker: { heartbeatAgeMs: null },
      reason: phase,
    })
  })

  it('shows people a page that comes back by itself, and programs a problem', async () => {
    const port = await serve((request, response) => answerEarly(request, response, 'starting'))
    const page = await fetch(`http://127.0.0.1:${port}/guests`)
    expect(page.status).toBe(503)
    expect(page.headers.get('refresh')).toBe('2')
    expect(await page.text()).toContain('Snapwarden is starting')
    const api = await fetch(`http://127.0.0.1:${port}/api/v1/guests`)
    expect(api.headers.get('content-type')).toBe('application/problem+json')
  })
})
