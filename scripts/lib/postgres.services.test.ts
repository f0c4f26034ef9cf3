import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startPostgres } from './postgres.mjs'
import { findPostgresBinaries } from './postgres-binaries.mjs'
import { choosePostgresIdentity } from './postgres-identity.mjs'
import { isAlive, processesIn } from './processes.mjs'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

let base: string
let directory: string
let passwordFile: string
let log: string
let running: Awaited<ReturnType<typeof startPostgres>>[]

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-postgres-')))
  directory = join(base, 'a directory with spaces', 'postgres')
  passwordFile = join(base, 'password')
  log = ''
  running = []
})

afterEach(async () => {
  for (const server of running) await server.stop()
  rmSync(base, { recursive: true, force: true })
})

async function start({ durable = false } = {}) {
  const server = await startPostgres({
    directory,
    passwordFile,
    durable,
    log: (text) => {
      log += text
    },
  })
  running.push(server)
  return server
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describe('the embedded PostgreSQL', { timeout: 600_000 }, () => {
  it('keeps what was written, start after start', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    expect(await first.exited).toEqual({ code: 0, signal: null })
    const second = await start()
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('listens on the loopback only and asks everyone for the password', async () => {
    const server = await start()
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
    const methods = await query(server.url, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules')
    expect(methods).toEqual([{ auth_method: 'scram-sha-256' }])
    const wrong = new URL(server.url)
    wrong.password = 'wrong'
    await expect(query(wrong.toString(), 'SELECT 1')).rejects.toThrow(/password authentication failed/)
    expect((statSync(passwordFile).mode & 0o777).toString(8)).toBe('600')
  })

  it('sets a new password when the file with it is lost', async () => {
    const first = await start()
    await first.stop()
    rmSync(passwordFile)
    const second = await start()
    expect(second.url).not.toContain(new URL(first.url).password)
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('loses nothing that was committed by kill -9 of the server', async () => {
    const first = await start({ durable: true })
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    process.kill(first.pid, 'SIGKILL')
    expect((await first.exited).signal).toBe('SIGKILL')
    const second = await start()
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('ends a server left running on the same files', async () => {
    const left = await start()
    const next = await start()
    expect(await left.exited).toEqual({ code: 0, signal: null })
    expect(isAlive(next.pid)).toBe(true)
    expect(processesIn(directory)).toContain(next.pid)
  })

  it("is not stopped by a pid file that names somebody else's process", async () => {
    const first = await start()
    const lines = readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')
    await first.stop()
    writeFileSync(join(directory, 'postmaster.pid'), [String(process.pid), ...lines.slice(1)].join('\n'))
    const second = await start()
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('starts anew when making its database was interrupted', async () => {
    mkdirSync(`${directory}.new/base`, { recursive: true })
    writeFileSync(`${directory}.new/PG_VERSION`, '18\n')
    const server = await start()
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('touches nothing that is no database of its own', async () => {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'thesis.txt'), 'years of work')
    await expect(start()).rejects.toThrow(/holds no PostgreSQL database/)
    expect(readFileSync(join(directory, 'thesis.txt'), 'utf8')).toBe('years of work')
  })

  it('says which release made a database of another major version', async () => {
    const first = await start()
    await first.stop()
    writeFileSync(join(directory, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17 and this release brings 18/)
  })

  it('tells the reason when it cannot start', async () => {
    const first = await start()
    await first.stop()
    rmSync(join(directory, 'global', 'pg_control'))
    await expect(start()).rejects.toThrow(/did not start on .*could not find the database system/)
    expect(log).toContain('pg_control')
  })

  it.runIf(isRoot)('as root runs as the ordinary user who owns the files', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, directory])
    for (const path of [base, join(base, 'a directory with spaces')]) chmodSync(path, 0o755)
    const second = await start()
    expect(statSync(`/proc/${second.pid}`).uid).toBe(NOBODY)
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it.runIf(isRoot)('as root lets that user pass directories closed to everyone else', async () => {
    const first = await start()
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, directory])
    chmodSync(base, 0o700)
    const second = await start()
    expect(statSync(`/proc/${second.pid}`).uid).toBe(NOBODY)
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it.runIf(isRoot)('as root takes a system user where user namespaces are switched off', async () => {
    // A search path without `unshare` stands for a system that refuses it.
    const { postgres } = findPostgresBinaries()
    mkdirSync(join(base, 'bin'))
    symlinkSync('/usr/bin/setpriv', join(base, 'bin', 'setpriv'))
    writeFileSync(
      join(base, 'bin', 'unshare'),
      '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n',
      { mode: 0o755 },
    )
    vi.stubEnv('PATH', join(base, 'bin'))
    mkdirSync(join(base, 'a directory with spaces'))
    expect((await choosePostgresIdentity({ postgres, directory })).how).toContain('system user')
    const server = await start()
    vi.unstubAllEnvs()
    expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0)
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})
