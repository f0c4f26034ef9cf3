import type { OperationId } from '@/lib/domain/ids'
import { isEnded, type OperationEvent } from '@/lib/domain/operation'
import type { Store } from '@/lib/store/client'
import { eventsAfter } from '@/lib/store/operation-events'
import { changeTail } from '../change-tail'
import { logFailure } from '../failure'

const HEARTBEAT_MILLIS = 15_000
const RETRY_MILLIS = 2_000
/** Read at once; a reader that begins late catches up in a few steps. */
const STEP = 500
const MOST_QUEUED = 4 * STEP

/** Server-sent events of one operation: everything after what the reader saw, then what comes, until it has ended. */
export function openOperationEvents(
  store: Store,
  id: OperationId,
  request: Request,
  after: number | undefined,
  options: { stillThere: () => Promise<boolean>; heartbeatMillis?: number },
): Response {
  const encoder = new TextEncoder()
  let end: () => void = () => undefined
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let sent = readPosition(request) ?? after ?? 0
      let reading = false
      let again = false
      let ended = false
      const write = (text: string): void => {
        if (!ended) controller.enqueue(encoder.encode(text))
      }
      const readOn = async (): Promise<void> => {
        for (;;) {
          const events = await eventsAfter(store, id, sent, STEP)
          // Whoever reads slower than this is cut off, comes back, and resumes where it was.
          if ((controller.desiredSize ?? 0) < -MOST_QUEUED) return end()
          for (const event of events) {
            if (ended) return
            sent = event.seq
            write(message(event))
            // What comes after the end of an operation is a person's word on it, not its own.
            if (event.event === 'state' && isEnded(event.state)) return end()
          }
          if (events.length < STEP) return
        }
      }
      const pump = async (): Promise<void> => {
        if (reading) {
          again = true
          return
        }
        reading = true
        try {
          do {
            again = false
            await readOn()
          } while (again && !ended)
        } catch (error) {
          // The database is away: the next notice or heartbeat reads on from the same place.
          logFailure('events of an operation', error)
        } finally {
          reading = false
        }
      }
      const unsubscribe = changeTail(store).subscribe((changes) => {
        if (changes.some((change) => change.topic === 'operation' && change.id === id)) void pump()
      })
      // A token that was revoked hears no more; a database that is away is asked again at the next beat.
      const beat = async (): Promise<void> => {
        try {
          if (!(await options.stillThere())) return end()
        } catch (error) {
          logFailure('events of an operation', error)
        }
        write(': here\n\n')
        await pump()
      }
      const timer = setInterval(() => void beat(), options.heartbeatMillis ?? HEARTBEAT_MILLIS)
      end = () => {
        if (ended) return
        ended = true
        unsubscribe()
        clearInterval(timer)
        request.signal.removeEventListener('abort', end)
        controller.close()
      }
      request.signal.addEventListener('abort', end, { once: true })
      if (request.signal.aborted) return end()
      write(`retry: ${RETRY_MILLIS}\n\n`)
      void pump()
    },
    cancel() {
      end()
    },
  })
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private, no-store, no-transform',
      // nginx would otherwise keep events until its buffer is full
      'x-accel-buffering': 'no',
    },
  })
}

function readPosition(request: Request): number | null {
  const text = request.headers.get('last-event-id')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

const message = ({ event, ...rest }: OperationEvent): string =>
  `id: ${rest.seq}\nevent: ${event}\ndata: ${JSON.stringify(rest)}\n\n`
