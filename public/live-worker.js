/*
 * One event stream for all tabs of a browser: HTTP/1.1 allows six connections to a host, and eight tabs with a stream
 * each would leave none for anything else. Runs as a shared worker, and where there is none, as the leading tab's own.
 */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000

const ports = new Set()
let source = null
let timer = null
let pause = FIRST_PAUSE
let last = null
let connected = false

const tell = (message) => {
  for (const port of ports) port.postMessage(message)
}

const setConnected = (value) => {
  connected = value
  tell({ kind: 'state', connected })
}

function open() {
  if (source !== null || ports.size === 0) return
  clearTimeout(timer)
  timer = null
  source = new EventSource(last === null ? '/api/live' : `/api/live?after=${last}`)
  const seen = (event) => {
    last = event.lastEventId || last
  }
  source.addEventListener('ready', (event) => {
    seen(event)
    pause = FIRST_PAUSE
    setConnected(true)
  })
  source.addEventListener('reset', (event) => {
    seen(event)
    pause = FIRST_PAUSE
    setConnected(true)
    tell({ kind: 'reset' })
  })
  source.addEventListener('changes', (event) => {
    seen(event)
    tell({ kind: 'changes', changes: JSON.parse(event.data) })
  })
  source.addEventListener('ended', () => {
    close()
    void askWhy()
  })
  source.addEventListener('error', () => {
    if (connected) setConnected(false)
    // CONNECTING: the browser tries again by itself. CLOSED: it was refused.
    if (source !== null && source.readyState === EventSource.CLOSED) {
      close()
      void askWhy()
    }
  })
}

function close() {
  if (source !== null) source.close()
  source = null
  if (connected) setConnected(false)
}

async function askWhy() {
  try {
    const response = await fetch('/api/shell', { cache: 'no-store' })
    if (response.status === 401) {
      last = null
      tell({ kind: 'ended' })
      return
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // No answer at all: the server is away, and we try again below.
  }
  timer = setTimeout(open, pause)
  pause = Math.min(pause * 2, LONGEST_PAUSE)
}

function welcome(port) {
  ports.add(port)
  port.postMessage({ kind: 'state', connected })
  open()
}

function dismiss(port) {
  ports.delete(port)
  if (ports.size > 0) return
  clearTimeout(timer)
  timer = null
  close()
  last = null
}

function serve(port) {
  port.onmessage = (event) => {
    if (event.data === 'hello') welcome(port)
    if (event.data === 'bye') dismiss(port)
  }
}

if ('onconnect' in self) {
  self.onconnect = (event) => serve(event.ports[0])
} else {
  serve(self)
}
