import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { Topic } from '@/lib/domain/change'
import { changesAfter, latestSeq, recordChange } from '@/lib/store/changes'
import { withTransaction } from '@/lib/store/tx'
import { ChangeTail } from './change-tail'
import { type LiveInput, openLiveStream } from './live-stream'
import { openTestWeb, type TestWeb } from './testing/web'

let web: TestWeb
let tail: ChangeTail
let viewer: Actor
let admin: Actor
beforeAll(async () => {
  web = await openTestWeb()
  tail = new ChangeTail(web.store)
  viewer = (await web.addUser('viewer')).actor
  admin = (await web.addUser('admin')).actor
})
afterAll(async () => {
  await tail.close()
  await web.close()
})

const commit = (topic: Topic, id: string | null) => withTransaction(web.store, (tx) => recordChange(tx, topic, id))

type Event = { id: number; event: string; data: unknown }

/** Reads events from a stream, one at a time, leaving out comments. */
function follow(input: Partial<LiveInput> & { actor: Actor }) {
  const leaving = new AbortController()
  const stream = openLiveStream({
    store: web.store,
    tail,
    after: null,
    gone: leaving.signal,
    stillThere: () => Promise.resolve(true),
    ...input,
  })
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  const next = async (): Promise<Event | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
        if (field('event') === undefined) continue
        return { id: Number(field('id')), event: field('event') ?? '', data: JSON.parse(field('data') ?? 'null') }
      }
      const { done, value } = await reader.read()
      if (done) return null
      text += decoder.decode(value, { stream: true })
    }
  }
  return { next, leave: () => leaving.abort() }
}

describe('the live stream', () => {
  it('tells ids of what is committed, in order', async () => {
    const stream = follow({ actor: viewer })
    expect((await stream.next())?.event).toBe('ready')
    await commit('guest', 'guest-1')
    await commit('storages', null)
    // Two commits close together may arrive as one message; the order is what is promised.
    const told: object[] = []
    while (told.length < 2) {
      const message = await stream.next()
      if (message?.event !== 'changes') throw new Error('the stream ended or told something else')
      told.push(...(message.data as object[]))
    }
    expect(told).toMatchObject([
      { topic: 'guest', id: 'guest-1' },
      { topic: 'storages', id: null },
    ])
    stream.leave()
    expect(await stream.next()).toBeNull()
  })

  it('resumes right after what the browser saw', async () => {
    const seen = await latestSeq(web.store)
    await commit('guest', 'missed-1')
    await commit('guest', 'missed-2')
    const stream = follow({ actor: viewer, after: seen })
    expect(await stream.next()).toMatchObject({ event: 'ready', id: seen })
    expect(await stream.next()).toMatchObject({
      event: 'changes',
      id: seen + 2,
      data: [
        { topic: 'guest', id: 'missed-1' },
        { topic: 'guest', id: 'missed-2' },
      ],
    })
    stream.leave()
  })

  it.each([
    ['older than the log', -5],
    ['from another database', 1_000_000],
  ])('says reset for a position %s', async (_, after) => {
    await commit('guests', null)
    if (after < 0) await web.store.query('DELETE FROM changes WHERE seq < (SELECT max(seq) FROM changes)')
    const stream = follow({ actor: viewer, after: Math.max(0, after) })
    expect(await stream.next()).toMatchObject({ event: 'reset', id: await latestSeq(web.store) })
    stream.leave()
  })

  it('tells a viewer nothing of the audit log and of other people', async () => {
    const theirs = follow({ actor: viewer })
    const managing = follow({ actor: admin })
    await theirs.next()
    await managing.next()
    const own = viewer.kind === 'user' ? viewer.userId : ''
    await withTransaction(web.store, async (tx) => {
      await recordChange(tx, 'audit', null)
      await recordChange(tx, 'users', 'somebody else')
      await recordChange(tx, 'users', own)
    })
    expect((await theirs.next())?.data).toEqual([{ topic: 'users', id: own }])
    expect((await managing.next())?.data).toHaveLength(3)
    theirs.leave()
    managing.leave()
  })

  it('ends at once when the session does', async () => {
    let there = true
    const stream = follow({ actor: viewer, stillThere: () => Promise.resolve(there) })
    await stream.next()
    there = false
    await commit('users', viewer.kind === 'user' ? viewer.userId : null)
    expect((await stream.next())?.event).toBe('changes')
    expect((await stream.next())?.event).toBe('ended')
    expect(await stream.next()).toBeNull()
  })

  it('ends with its session also when nobody says so', async () => {
    const stream = follow({ actor: viewer, stillThere: () => Promise.resolve(false), heartbeatMillis: 20 })
    expect((await stream.next())?.event).toBe('ready')
    expect((await stream.next())?.event).toBe('ended')
  })

  it('loses nothing while changes are committed during its beginning', async () => {
    const before = await latestSeq(web.store)
    const writing = Promise.all(Array.from({ length: 40 }, (_, index) => commit('guest', `g${index}`)))
    const stream = follow({ actor: viewer, after: before })
    const heard = new Set<string>()
    while (heard.size < 40) {
      const event = await stream.next()
      if (event === null) throw new Error('the stream ended')
      if (event.event !== 'changes') continue
      for (const { id } of event.data as { id: string }[]) heard.add(id)
    }
    await writing
    expect(await changesAfter(web.store, before, 100)).toHaveLength(40)
    stream.leave()
  })
})
