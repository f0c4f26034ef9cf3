import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const POLL_MS = 20

/**
 * Remembers what is being answered, so that a stop can end it in order: an event stream never ends by itself, and one
 * left open keeps a plain server alive for ever.
 */
export class OpenResponses {
  readonly #open = new Set<ServerResponse>()
  readonly #upgraded = new Set<Socket>()

  add(response: ServerResponse): void {
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
  }

  addUpgraded(socket: Socket): void {
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
  }

  /** Stops accepting, cuts event streams at once, lets other answers finish for `graceMs`, then closes what is left. */
  async end(server: Server, graceMs: number): Promise<void> {
    server.close()
    server.closeIdleConnections()
    for (const response of this.#open) if (isEventStream(response)) response.destroy()
    for (const socket of this.#upgraded) socket.destroy()
    const deadline = performance.now() + graceMs
    while (this.#open.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    server.closeAllConnections()
  }
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')
}
