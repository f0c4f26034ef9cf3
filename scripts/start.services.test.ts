import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '@/lib/testing/database'
import { isAlive, processesIn } from './lib/processes.mjs'
import { CHECKOUT_USE, isOpenToOthers, root } from './lib/root.mjs'
import {
  childPids,
  cleanUp,
  launchProduct,
  readRuntime,
  startProduct,
  temporaryData,
  until,
  untilGone,
} from './testing/start-product'

// The contract of `npm start`, on temporary data directories and random ports. The first start builds when it must.

const START_TIMEOUT = 1_200_000
/** A bound against hanging: everything is there, or gone, within seconds on a machine with nothing else to do. */
const BACK = 240_000
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

afterEach(cleanUp, BACK)

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8)
}

async function health(port: number): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await health(port)).status === 200
  } catch {
    // Not listening yet: that is an answer, too.
    return false
  }
}

async function onDatabase(url: string, sql: string, parameters: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql, parameters)).rows
  } finally {
    await client.end()
  }
}

describe('a start', { timeout: START_TIMEOUT }, () => {
  it('prints its address and the set-up code, and nothing else, on stdout', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    const code = readFileSync(join(data, 'setup-code'), 'utf8').trim()
    await until(() => product.stdout().length >= 2, BACK)
    expect(product.stdout()).toEqual([`Snapwarden ready: http://127.0.0.1:${product.port}`, `Set-up code: ${code}`])
    expect(code).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/)
    expect(modeOf(join(data, 'setup-code'))).toBe('600')
    expect(modeOf(join(data, 'instance.key'))).toBe('600')
    expect(Buffer.from(readFileSync(join(data, 'instance.key'), 'utf8'), 'base64')).toHaveLength(32)
    const { status, body } = await health(product.port)
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'ok',
      version: expect.any(String),
      database: 'ok',
      worker: { heartbeatAgeMs: expect.any(Number) },
    })

    // Nobody builds it away from under it (checkout-use.test.ts).
    const note = join(CHECKOUT_USE, `${product.pid}.json`)
    expect(JSON.parse(readFileSync(note, 'utf8'))).toMatchObject({ pid: product.pid, data })

    product.child.kill('SIGTERM')
    expect(await product.exited).toEqual({ code: 0, signal: null })
    expect(existsSync(note)).toBe(false)
    const again = await startProduct(data)
    await until(() => again.stdout().length >= 2, BACK)
    expect(again.stdout()[1]).toBe(`Set-up code: ${code}`)
  })

  it('keeps the password of its database out of every command line and environment', async () => {
    const product = await startProduct(temporaryData())
    const password = decodeURIComponent(new URL(product.runtime().databaseUrl).password)
    const pids = [product.pid, ...Object.values(childPids(product.runtime()))]
    for (const pid of pids) {
      for (const file of ['cmdline', 'environ']) {
        expect(readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(password), `${file} of ${pid}`).toBe(false)
      }
    }
  })

  it("says no in sentences, in the built server's own words", async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    const command = [join(root, 'bin', 'snapwarden'), 'token', 'create', '--name', 't', '--role', 'viewer']
    const token = execFileSync(process.execPath, [...command, '--data', data], { encoding: 'utf8' }).trim()
    const refusal = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${product.port}/api/v1/${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      return response.json()
    }
    expect(await refusal('guests/nope')).toMatchObject({ status: 404, title: 'The guest nope does not exist' })
    expect(await refusal('guests?limit=0')).toMatchObject({ status: 422, title: 'One entry is not right' })
  })

  it('uses a PostgreSQL somebody runs and then has none of its own', async () => {
    const database = await createTestDatabase()
    const data = temporaryData()
    const product = await startProduct(data, { env: { DATABASE_URL: database.url } })
    expect(existsSync(join(data, 'postgres'))).toBe(false)
    expect(Object.keys(childPids(product.runtime())).sort()).toEqual(['web', 'worker'])
    expect(readFileSync(`/proc/${childPids(product.runtime()).worker}/environ`, 'utf8')).not.toContain('DATABASE_URL')
    product.child.kill('SIGTERM')
    await product.exited
    await database.drop()
  })

  it('prints no set-up code once there is an administrator', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    await onDatabase(
      product.runtime().databaseUrl,
      `INSERT INTO users (id, email, name, role) VALUES ('u', 'a@b.example', 'A', 'admin')`,
    )
    product.child.kill('SIGTERM')
    await product.exited
    const again = await startProduct(data)
    expect(again.stdout()).toEqual([`Snapwarden ready: http://127.0.0.1:${again.port}`])
    expect(existsSync(join(data, 'setup-code'))).toBe(false)
  })

  it('shows the demo fleet with an administrator of its own', async () => {
    const data = temporaryData()
    const product = await startProduct(data, { args: ['--demo'] })
    await until(() => product.stdout().length >= 2, BACK)
    expect(product.stdout()).toEqual([
      `Snapwarden ready: http://127.0.0.1:${product.port}`,
      expect.stringMatching(/^Demo administrator: \S+@\S+ \S{12,}$/),
    ])
    const { databaseUrl } = readRuntime(join(data, 'demo'))
    const [count] = await onDatabase(databaseUrl, 'SELECT count(*)::int AS demo FROM connections WHERE demo')
    expect(count).not.toEqual({ demo: 0 })
    product.child.kill('SIGTERM')
    expect(await product.exited).toEqual({ code: 0, signal: null })
  })

  it.runIf(isRoot)('works as root on a closed directory of its own, also below /root', async () => {
    const closed = join(temporaryData('/root'), 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const product = await startProduct(join(closed, 'data'))
    expect(await isHealthy(product.port)).toBe(true)
  })

  it.runIf(isRoot && isOpenToOthers())('works as an ordinary user', async () => {
    const data = temporaryData()
    execFileSync('chown', [`${NOBODY}:${NOBODY}`, data])
    const product = await startProduct(data, { uid: NOBODY, env: { HOME: data } })
    expect(await isHealthy(product.port)).toBe(true)
    expect(statSync(join(data, 'postgres', 'PG_VERSION')).uid).toBe(NOBODY)
  })
})

describe('a start that cannot be', { timeout: START_TIMEOUT }, () => {
  async function refused(args: readonly string[], options: Parameters<typeof launchProduct>[1] = {}): Promise<string> {
    const product = launchProduct(args, options)
    const { code } = await product.exited
    expect({ code, stdout: product.stdout() }).toEqual({ code: 2, stdout: [] })
    expect(product.stderr().trim().split('\n')).toHaveLength(1)
    return product.stderr()
  }

  it('says that the port is taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const words = await refused(['--port', String(port), '--data', temporaryData()])
    expect(words).toMatch(new RegExp(`Port ${port} on 127.0.0.1 is taken .*--port`))
    await new Promise((resolve) => other.close(resolve))
  })

  it('says that a server already runs on these data', async () => {
    const data = temporaryData()
    const first = await startProduct(data)
    expect(await refused(['--port', '0', '--data', data])).toContain(`already runs on ${data} (process ${first.pid})`)
    expect(await isHealthy(first.port)).toBe(true)
  })

  it('says why a data directory is of no use', async () => {
    const file = join(temporaryData(), 'file')
    writeFileSync(file, '')
    expect(await refused(['--data', file])).toContain(`${file} cannot be used: a file is in its place`)
    expect(await refused(['--data', join(file, 'below')])).toContain('cannot be used')
    expect(await refused(['--data', '/proc/snapwarden'])).toContain('cannot be used')
  })

  it('says which option or value it does not know', async () => {
    expect(await refused(['--prot', '1'])).toContain('--prot')
    expect(await refused(['--port', 'eighty'])).toContain('must be a number')
    expect(await refused(['--host', '203.0.113.1', '--data', temporaryData()])).toContain('no address of this machine')
    expect(await refused(['--public-url', 'snapwarden'])).toContain('must look like')
    expect(await refused([], { env: { DATABASE_URL: 'mysql://x' } })).toContain('DATABASE_URL must look like')
  })

  it('says that Node is too old', async () => {
    const older = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } })`
    const words = await refused([], { node: ['--import', older] })
    expect(words).toMatch(/needs Node 20\.19 or newer, and this is 18\.19\.0/)
  })

  it('never makes a new key for what the old one sealed', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    const { databaseUrl } = product.runtime()
    await onDatabase(
      databaseUrl,
      `INSERT INTO connections (id, name, kind, address, created_by) VALUES ('c', 'c', 'libvirt', '{}', 'test')`,
    )
    await onDatabase(
      databaseUrl,
      `INSERT INTO connection_secrets (connection_id, key_id, sealed) VALUES ('c', 'k', '')`,
    )
    product.child.kill('SIGTERM')
    await product.exited
    rmSync(join(data, 'instance.key'))
    const second = launchProduct(['--port', '0', '--data', data])
    expect((await second.exited).code).toBe(2)
    expect(second.stderr()).toMatch(/instance key .*instance\.key is missing.*restore it/)
    expect(existsSync(join(data, 'instance.key'))).toBe(false)
  })
})

describe('an end', { timeout: START_TIMEOUT }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('on %s takes everything with it', async (signal) => {
    const data = temporaryData()
    const product = await startProduct(data)
    const pids = Object.values(childPids(product.runtime()))
    expect(pids).toHaveLength(3)
    product.child.kill(signal)
    await untilGone(pids, BACK)
    expect(await product.exited).toEqual({ code: 0, signal: null })
    expect(existsSync(join(data, 'runtime.json'))).toBe(false)
    expect(existsSync(join(data, 'lock'))).toBe(false)
    expect(existsSync(join(data, 'postgres', 'postmaster.pid'))).toBe(false)
  })

  it('by kill -9 of the launcher ends its processes', async () => {
    const product = await startProduct(temporaryData())
    const pids = Object.values(childPids(product.runtime()))
    product.child.kill('SIGKILL')
    await untilGone(pids, BACK)
  })

  it('by kill -9 of the launcher lets the next start begin at once, on the same port', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    product.child.kill('SIGKILL')
    await product.exited
    const next = launchProduct(['--port', String(product.port), '--data', data])
    await until(() => next.stdout().length > 0, BACK)
    expect(await isHealthy(product.port)).toBe(true)
  })

  it('by kill -9 of everything but the database lets the next start take that over', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    const { database, ...programs } = childPids(product.runtime())
    // The watchdog ends the database of a launcher that is gone: it is gone first, and the launcher does not see it.
    process.kill(product.pid, 'SIGSTOP')
    killAll([...watchdogsOf(product.pid), ...Object.values(programs), product.pid])
    await product.exited
    expect(database !== undefined && isAlive(database)).toBe(true)
    const again = await startProduct(data)
    expect(await isHealthy(again.port)).toBe(true)
    expect(childPids(again.runtime()).database).not.toBe(database)
  })

  it('by kill -9 of everything lets the next start work, with what was stored', async () => {
    const data = temporaryData()
    const product = await startProduct(data)
    await onDatabase(
      product.runtime().databaseUrl,
      `INSERT INTO users (id, email, name) VALUES ('u', 'kept@b.example', 'K')`,
    )
    killAll([
      product.pid,
      ...watchdogsOf(product.pid),
      ...Object.values(childPids(product.runtime())),
      ...processesIn(join(data, 'postgres')),
    ])
    await product.exited
    const again = await startProduct(data)
    expect(await onDatabase(again.runtime().databaseUrl, `SELECT email FROM users WHERE id = 'u'`)).toEqual([
      { email: 'kept@b.example' },
    ])
  })

  it.each(['web', 'worker', 'database'])('of the %s alone is repaired by the launcher', async (name) => {
    const product = await startProduct(temporaryData())
    const before = childPids(product.runtime())
    killAll([before[name] ?? 0])
    await until(() => {
      const now = childPids(product.runtime())[name]
      return now !== undefined && now !== before[name]
    }, BACK)
    await until(() => isHealthy(product.port), BACK)
    expect(product.stderr()).toContain('ended unexpectedly (SIGKILL)')
  })
})

function killAll(pids: readonly number[]): void {
  for (const pid of pids) if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL')
}

/** The launcher's watchdog: found by its program and parent, as nothing else needs to know it. */
function watchdogsOf(launcher: number): number[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return text
    .split('\n')
    .filter((line) => line.includes('watchdog.mjs'))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === launcher)
    .map(([pid]) => pid ?? 0)
}
