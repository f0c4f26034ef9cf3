import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const SCRIPT = readFileSync(join(import.meta.dirname, '..', '..', 'public', 'live-worker.js'), 'utf8')

/** A bound against hanging, not on speed. */
const SLOW = { timeout: 20_000 }

type Event = { lastEventId: string; data: string }

class FakeSource {
  static readonly CLOSED = 2
  static opened: FakeSource[] = []
  readyState = 0
  readonly #listeners = new Map<string, (event: Event) => void>()
  constructor(readonly url: string) {
    FakeSource.opened.push(this)
  }
  addEventListener(name: string, listener: (event: Event) => void) {
    this.#listeners.set(name, listener)
  }
  say(name: string, lastEventId = '', data: unknown = null) {
    this.#listeners.get(name)?.({ lastEventId, data: JSON.stringify(data) })
  }
  close() {
    this.readyState = FakeSource.CLOSED
  }
}

type Port = { postMessage: (message: unknown) => void; onmessage?: (event: { data: string }) => void }

/** A shared worker with what the world around it answers. */
function startWorker(status: () => number | 'away') {
  const timers: (() => void)[] = []
  const scope: { onconnect?: (event: { ports: Port[] }) => void } = { onconnect: () => undefined }
  const fetch = async () => {
    const answer = status()
    if (answer === 'away') throw new TypeErrorInside('no answer')
    return { status: answer }
  }
  const context = createContext({
    self: scope,
    EventSource: FakeSource,
    fetch,
    setTimeout: (work: () => void) => timers.push(work),
    clearTimeout: () => undefined,
  })
  const TypeErrorInside = runInContext('TypeError', context) as typeof TypeError
  runInContext(SCRIPT, context)
  const openTab = () => {
    const heard: unknown[] = []
    const port: Port = { postMessage: (message) => heard.push(JSON.parse(JSON.stringify(message))) }
    scope.onconnect?.({ ports: [port] })
    return { heard, say: (data: 'hello' | 'bye') => port.onmessage?.({ data }) }
  }
  return { openTab, timers }
}

const latest = (): FakeSource => {
  const source = FakeSource.opened.at(-1)
  if (source === undefined) throw new Error('no stream was opened')
  return source
}

beforeEach(() => {
  FakeSource.opened = []
})

describe('the worker that all tabs share', () => {
  it('opens one stream for eight tabs, and passes on to each', () => {
    const { openTab } = startWorker(() => 200)
    const tabs = Array.from({ length: 8 }, openTab)
    for (const tab of tabs) tab.say('hello')
    expect(FakeSource.opened.map(({ url }) => url)).toEqual(['/api/live'])
    latest().say('ready', '5')
    latest().say('changes', '7', [{ topic: 'guests', id: null }])
    for (const { heard } of tabs) {
      expect(heard.slice(-2)).toEqual([
        { kind: 'state', connected: true },
        { kind: 'changes', changes: [{ topic: 'guests', id: null }] },
      ])
    }
  })

  it('ends the stream with the last tab, and begins afresh with the next', () => {
    const { openTab } = startWorker(() => 200)
    const [one, two] = [openTab(), openTab()]
    one.say('hello')
    two.say('hello')
    latest().say('ready', '5')
    one.say('bye')
    expect(latest().readyState).not.toBe(FakeSource.CLOSED)
    two.say('bye')
    expect(latest().readyState).toBe(FakeSource.CLOSED)
    openTab().say('hello')
    expect(FakeSource.opened.map(({ url }) => url)).toEqual(['/api/live', '/api/live'])
  })

  it('that is refused while signed in tries again from where it stopped', async () => {
    const { openTab, timers } = startWorker(() => 503)
    const tab = openTab()
    tab.say('hello')
    latest().say('ready', '5')
    latest().say('changes', '9', [])
    latest().readyState = FakeSource.CLOSED
    latest().say('error')
    await vi.waitFor(() => expect(timers).toHaveLength(1), SLOW)
    expect(tab.heard.at(-1)).toEqual({ kind: 'state', connected: false })
    timers[0]?.()
    expect(latest().url).toBe('/api/live?after=9')
  })

  it('tries again also when the server is away altogether', async () => {
    const { openTab, timers } = startWorker(() => 'away')
    openTab().say('hello')
    latest().readyState = FakeSource.CLOSED
    latest().say('error')
    await vi.waitFor(() => expect(timers).toHaveLength(1), SLOW)
  })

  it('says that the session is over, and does not knock again', async () => {
    const { openTab, timers } = startWorker(() => 401)
    const tab = openTab()
    tab.say('hello')
    latest().say('ready', '5')
    latest().say('ended', '5')
    await vi.waitFor(() => expect(tab.heard.at(-1)).toEqual({ kind: 'ended' }), SLOW)
    expect(timers).toEqual([])
    expect(FakeSource.opened).toHaveLength(1)
  })

  it('passes on that too much was missed', () => {
    const { openTab } = startWorker(() => 200)
    const tab = openTab()
    tab.say('hello')
    latest().say('reset', '40')
    expect(tab.heard.slice(-2)).toEqual([{ kind: 'state', connected: true }, { kind: 'reset' }])
  })
})
