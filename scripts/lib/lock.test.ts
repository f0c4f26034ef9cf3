import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockHolder, takeLock, waitForLock } from './lock.mjs'
import { markOf } from './processes.mjs'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('takeLock', () => {
  it('gives the lock to one of two and tells the other who has it', () => {
    const first = takeLock(path, 'server')
    expect(first).toMatchObject({ ok: true, stale: null })
    expect(takeLock(path, 'command')).toMatchObject({ ok: false, holder: { pid: process.pid, holder: 'server' } })
    expect(lockHolder(path)).toMatchObject({ pid: process.pid })
  })

  it('is free again after its release', () => {
    const first = takeLock(path, 'server')
    if (first.ok) first.release()
    expect(lockHolder(path)).toBeNull()
    expect(takeLock(path, 'server')).toMatchObject({ ok: true, stale: null })
  })

  it('passes from a dead holder to the living, and says so', () => {
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 5, startedAt: null, holder: 'server' }))
    expect(takeLock(path, 'server')).toMatchObject({ ok: true, stale: { holder: 'server' } })
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('does not mistake a later process with the same id for its holder', () => {
    const { pid } = markOf(process.pid)
    writeFileSync(path, JSON.stringify({ pid, startedAt: 'another-boot:1', holder: 'server' }))
    expect(takeLock(path, 'server')).toMatchObject({ ok: true, stale: { startedAt: 'another-boot:1' } })
  })

  it.each(['', '{"pid":', '"text"', '{}', '{"pid":0}', '{"pid":"12"}'])(
    'takes over a file that names nobody: %j',
    (text) => {
      writeFileSync(path, text)
      expect(takeLock(path, 'server')).toMatchObject({ ok: true })
    },
  )
})

describe('waitForLock', () => {
  it('gets the lock once it is released', async () => {
    const first = takeLock(path, 'command')
    const waiting = waitForLock(path, 'server', 5_000)
    if (first.ok) first.release()
    expect(await waiting).toMatchObject({ ok: true })
  })

  it('ends at once when whoever waits is told to stop', async () => {
    takeLock(path, 'build')
    const stopping = new AbortController()
    const waiting = waitForLock(path, 'server', 600_000, stopping.signal)
    stopping.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('gives up after its patience', async () => {
    takeLock(path, 'command')
    expect(await waitForLock(path, 'server', 0)).toMatchObject({ ok: false, holder: { holder: 'command' } })
  })
})
