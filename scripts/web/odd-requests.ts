import type { IncomingMessage, ServerResponse } from 'node:http'

/** What Next answers without asking us, in our own way: an address that is no UTF-8, a method that a route does not have. */

const ESCAPES = /(?:%[0-9a-f]{2})+|%/gi
const REPLACEMENT = '%EF%BF%BD'

/**
 * The address with every escape that is no UTF-8 replaced by U+FFFD, as browsers read it: such a name is not found.
 * Next throws at it and answers 500.
 */
export const readablePath = (url: string): string => {
  const [path = '', ...query] = url.split('?')
  return [path.replace(ESCAPES, (escapes) => (decodes(escapes) ? escapes : REPLACEMENT)), ...query].join('?')
}

function decodes(escapes: string): boolean {
  try {
    return decodeURIComponent(escapes) !== ''
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
}

/**
 * The API refuses as it refuses everything, also a method that Next answers with an empty 405. Between us and Next its
 * compression writes the head before it ends the answer: the head is where the type goes, and the end where the text does.
 */
export function tellWrongMethod(request: IncomingMessage, response: ServerResponse): void {
  let refused = false
  const writeHead = response.writeHead.bind(response)
  response.writeHead = ((...given: Parameters<typeof writeHead>) => {
    refused = given[0] === 405
    if (refused) response.setHeader('Content-Type', 'application/problem+json')
    return writeHead(...given)
  }) as typeof response.writeHead
  const end = response.end.bind(response)
  response.end = ((...given: Parameters<typeof end>) => {
    if (!response.headersSent && response.statusCode === 405) response.writeHead(405)
    if (!refused) return end(...given)
    const title = 'This address does not take that method'
    const detail = `${request.method ?? ''} is not among what /api/v1/openapi.json describes here.`
    return end(JSON.stringify({ type: 'about:blank', title, status: 405, detail, code: 'method-not-allowed' }))
  }) as typeof response.end
}
