/**
 * The event stream of one browser: ids of what changed, and only those its reader may see. It resumes after
 * Last-Event-ID, says `reset` when that is too long ago, and ends with the session.
 */
import type { Actor } from '@/lib/domain/actor'
import type { Change, Topic } from '@/lib/domain/change'
import { can, type Permission } from '@/lib/domain/permission'
import { changeRange, changesAfter } from '@/lib/store/changes'
import type { Store } from '@/lib/store/client'
import type { ChangeTail } from './change-tail'
import { logFailure } from './failure'

const HEARTBEAT_MILLIS = 15_000
/** More than this missed: reading everything again is cheaper than being told each. */
const MOST_REPLAYED = 500
/** A reader this far behind is cut off; it comes back and resumes. */
const MOST_QUEUED = 256
const RETRY_MILLIS = 2_000

const NEEDS: Record<Topic, Permission> = {
  connections: 'connection.read',
  connection: 'connection.read',
  guests: 'inventory.read',
  guest: 'inventory.read',
  storages: 'inventory.read',
  storage: 'inventory.read',
  operations: 'operation.read',
  operation: 'operation.read',
  alerts: 'alert.read',
  rules: 'alert.read',
  channels: 'channel.manage',
  users: 'user.manage',
  tokens: 'token.manage-all',
  settings: 'inventory.read',
  audit: 'audit.read',
}

/** Whether this reader may know that this changed. `users` and `tokens` name a person: everybody sees their own. */
function maySee(actor: Actor, change: Pick<Change, 'topic' | 'id'>): boolean {
  if (can(actor, NEEDS[change.topic]).ok) return true
  const own = change.topic === 'users' || change.topic === 'tokens'
  return own && actor.kind === 'user' && change.id === actor.userId
}

export type LiveInput = {
  store: Store
  tail: ChangeTail
  actor: Actor
  /** `seq` of the last change the browser saw; null = it begins now */
  after: number | null
  /** asked on every heartbeat, and when something about the reader changed: false ends the stream */
  stillThere: () => Promise<boolean>
  /** the browser went away */
  gone: AbortSignal
  /** called once, whatever ended the stream */
  onEnd?: () => void
  heartbeatMillis?: number
}

/** Opens the stream. Every way to its end lets go of the tail and the timer. */
export function openLiveStream(input: LiveInput): ReadableStream<Uint8Array> {
  const { store, tail, actor, gone } = input
  const encoder = new TextEncoder()
  let end: () => void = () => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let sent: number | null = null
        let waiting: Change[] = []
        let ended = false

        const write = (text: string) => {
          if (ended) return
          controller.enqueue(encoder.encode(text))
          if ((controller.desiredSize ?? 0) < -MOST_QUEUED) end()
        }
        const tell = (changes: Change[]) => {
          const fresh = changes.filter(({ seq }) => seq > (sent ?? 0))
          const last = fresh.at(-1)
          if (last === undefined) return
          sent = last.seq
          const seen = distinct(fresh.filter((change) => maySee(actor, change)))
          if (seen.length > 0) write(message('changes', last.seq, seen))
          if (fresh.some((change) => concerns(actor, change))) void check()
        }
        const check = async () => {
          try {
            if (await input.stillThere()) write(': here\n\n')
            else {
              write(message('ended', sent ?? 0, null))
              end()
            }
          } catch (error) {
            // The database is away: the stream stays, the next heartbeat asks again.
            logFailure('live stream', error)
          }
        }

        const unsubscribe = tail.subscribe((changes) => {
          if (sent === null) waiting = [...waiting, ...changes].slice(-MOST_REPLAYED)
          else tell(changes)
        })
        const timer = setInterval(() => void check(), input.heartbeatMillis ?? HEARTBEAT_MILLIS)
        end = () => {
          if (ended) return
          ended = true
          unsubscribe()
          clearInterval(timer)
          gone.removeEventListener('abort', end)
          controller.close()
          input.onEnd?.()
        }
        gone.addEventListener('abort', end, { once: true })
        if (gone.aborted) {
          end()
          return
        }
        write(`retry: ${RETRY_MILLIS}\n\n`)
        begin(store, input.after).then(
          ({ seq, reset, missed }) => {
            sent = seq
            write(message(reset ? 'reset' : 'ready', seq, null))
            tell(missed)
            tell(waiting)
            waiting = []
          },
          (error: unknown) => {
            logFailure('live stream', error)
            end()
          },
        )
      },
      cancel() {
        end()
      },
    },
    { highWaterMark: 1 },
  )
}

/** Where to begin: right after what the browser saw, if the log still holds all of that. */
async function begin(store: Store, after: number | null): Promise<{ seq: number; reset: boolean; missed: Change[] }> {
  const { oldest, latest } = await changeRange(store)
  if (after === null) return { seq: latest, reset: false, missed: [] }
  const whole = after <= latest && after >= oldest - 1 && latest - after <= MOST_REPLAYED
  if (!whole) return { seq: latest, reset: true, missed: [] }
  return { seq: after, reset: false, missed: await changesAfter(store, after, MOST_REPLAYED) }
}

const concerns = (actor: Actor, { topic, id }: Change): boolean =>
  topic === 'users' && actor.kind === 'user' && (id === null || id === actor.userId)

function distinct(changes: Change[]): Pick<Change, 'topic' | 'id'>[] {
  const found = new Map(changes.map(({ topic, id }) => [`${topic} ${id ?? ''}`, { topic, id }]))
  return [...found.values()]
}

const message = (event: string, seq: number, data: unknown): string =>
  `id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
