/** The public API on a port of this machine, without Next: for tests of programs that speak to it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineApi } from '../api/define-api'
import { ENDPOINTS } from '../api/openapi'
import { unknownEndpoint } from '../api/unknown'

export async function startApiServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace('/api/v1', '')
    const found = ENDPOINTS.map((endpoint) => ({
      endpoint,
      match: new RegExp(`^${endpoint.path.replace('{id}', '([^/]+)')}$`).exec(path),
    })).find(({ endpoint, match }) => match !== null && endpoint.method === request.method)
    const handler = found === undefined ? unknownEndpoint : defineApi(found.endpoint)
    const answer = await handler(
      new Request(`http://x${request.url}`, {
        method: request.method ?? 'GET',
        headers: { authorization: request.headers.authorization ?? '' },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      }),
      { params: Promise.resolve(found?.match?.[1] === undefined ? {} : { id: decodeURIComponent(found.match[1]) }) },
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
