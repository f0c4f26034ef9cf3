/** plan, apply, watch and the audit log by command line: on this machine, and over the API of another. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '@/lib/domain/permission'
import { openConnection } from '@/lib/hypervisors/registry'
import { setMode } from '@/lib/services/connection/set-mode'
import { addDemo } from '@/lib/services/demo/add'
import { createToken } from '@/lib/services/token/create'
import { findConnectionByName } from '@/lib/store/connections'
import { waitFor } from '@/lib/store/wait-for'
import { startApiServer } from '@/lib/web/testing/api-server'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { type RunningWorker, startWorker } from '@/lib/worker/worker'
import { runCommand } from './run'

const UUID = '[0-9a-f-]{36}'

let web: TestWeb
let worker: RunningWorker
let server: Awaited<ReturnType<typeof startApiServer>>
let directory: string
const tokens = new Map<Role, string>()

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-cli-')))
  web = await openTestWeb()
  for (const role of ['viewer', 'operator'] as const) {
    const { actor } = await web.addUser(role)
    const made = await createToken({ ctx: web.contextOf(actor), input: { name: role, role, days: 1 } })
    if (made.ok) tokens.set(role, made.value.secret)
  }
  const ctx = web.contextOf((await web.addUser('admin')).actor)
  await addDemo({ ctx, input: {} })
  const connection = await findConnectionByName(web.store, 'pve-sh')
  if (connection === null) throw new Error('no demo')
  await setMode({ ctx, input: { id: connection.id, mode: 'operate' } })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  worker = startWorker({ store: web.store, log, open: (id) => openConnection(web.store, id) })
  server = await startApiServer()
})
afterAll(async () => {
  await server.close()
  await worker.stop()
  await web.close()
  rmSync(directory, { recursive: true, force: true })
})

async function run(args: string[], environment: Record<string, string>, stdin = '') {
  let stdout = ''
  let stderr = ''
  const code = await runCommand(args, {
    environment,
    output: {
      out: (text) => {
        stdout += text
      },
      err: (text) => {
        stderr += text
      },
    },
    readStdin: () => Promise.resolve(stdin),
  })
  return { code, stdout, stderr }
}

const here = (args: string[], stdin = '') =>
  run(args, { DATABASE_URL: web.store.url, SNAPWARDEN_DATA: directory }, stdin)
const there = (args: string[], stdin = '', role: Role = 'operator') =>
  run(args, { SNAPWARDEN_SERVER: server.url, SNAPWARDEN_TOKEN: tokens.get(role) ?? '' }, stdin)

/** Machines that are off, by name. */
async function guestsOn(connection: string): Promise<{ id: string; name: string }[]> {
  const found = await waitFor<{ id: string; name: string }[]>(100_000, undefined, async () => {
    const rows = await web.store.query<{ id: string; name: string }>(
      `SELECT g.id, g.name FROM guests g JOIN connections c ON c.id = g.connection_id WHERE c.name = $1
         AND g.kind = 'vm' AND g.power = 'stopped' AND g.capabilities->'snapshot.internal'->>'ok' = 'true' ORDER BY g.name`,
      [connection],
    )
    return rows.length === 0 ? null : { ok: true, value: rows }
  })
  if (!found.ok) throw new Error(`no guest on ${connection}`)
  return found.value
}

describe.each([
  ['on this machine', here, 'cli_here'],
  ['over the API', there, 'cli_there'],
] as const)('operations by command line, %s', (_, command, name) => {
  it('are planned, consented to, followed, and refused when they end otherwise', async () => {
    const [guest] = await guestsOn('pve-sh')
    if (guest === undefined) throw new Error('no guest')
    const shown = await command(['plan', 'take', guest.id, '--name', name])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(
      new RegExp(`^Take a snapshot of ${guest.name}\nPlan ${UUID}, valid until .* UTC$`, 'm'),
    )
    expect(shown.stdout).toMatch(new RegExp(`^  1  Take snapshot ${name} \\(disks only\\)$`, 'm'))
    expect(shown.stdout).toMatch(/^Checks: 0 warnings, 0 blockers, \d+ passed$/m)
    expect(shown.stdout).not.toMatch(/null|undefined|\[object|[{}]|\u00a0|\\x/)
    const planned = await command(['plan', 'take', guest.id, '--name', name, '--json'])
    const { id, digest } = JSON.parse(planned.stdout)
    expect(shown.stdout).toMatch(/snapwarden apply [\w-]+ --digest \w+/)

    expect(await command(['apply', id, '--digest', 'another'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^changed: /),
    })
    const applied = await command(['apply', id, '--digest', digest, '--watch'])
    expect(applied).toMatchObject({ code: 0, stderr: '' })
    expect(applied.stdout).toMatch(new RegExp(`Z  1/1 Take snapshot ${name} \\(disks only\\): asking$`, 'm'))
    expect(applied.stdout).toMatch(new RegExp(`^Now: ${guest.name} on ${name}, off, as predicted$`, 'm'))
    expect(applied.stdout).toMatch(/^Operation [\w-]+: succeeded$/m)
    expect(await command(['apply', id])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^already-confirmed: /),
    })

    const operation = /^Operation ([\w-]+): succeeded$/m.exec(applied.stdout)?.[1] ?? ''
    const watched = await command(['watch', operation, '--json'])
    expect(watched.code).toBe(0)
    const events = watched.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, place) => place + 1))
    expect(events.at(-1)).toMatchObject({ event: 'state', state: 'succeeded' })
    // What succeeded is not in question.
    expect(await command(['look-again', operation])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nothing-to-do: /),
    })

    const twice = await command(['plan', 'take', guest.id, '--name', name])
    expect([twice.code, twice.stderr.trim().split('\n').length]).toEqual([1, 1])
    const removal = JSON.parse((await command(['plan', 'delete', guest.id, name, '--json'])).stdout)
    const typed = removal.consent === 'type-name' ? ['--typed-name', removal.consentText] : []
    const queued = await command(['apply', removal.id, '--digest', removal.digest, ...typed, '--json'])
    expect(queued.code).toBe(0)
    expect(await command(['watch', JSON.parse(queued.stdout).id])).toMatchObject({ code: 0 })
  })

  it('say what is asked of a service after a rollback, and refuse what must not be asked', async () => {
    const [guest] = await guestsOn('pve-sh')
    const id = guest?.id ?? ''
    const nothing = { code: 0, stdout: expect.stringMatching(/^Nothing is asked/) }
    expect(await command(['probe', 'show', id])).toMatchObject(nothing)
    const set = await command(['probe', 'set', id, '--http', 'https://10.0.0.20/', '--status', '204', '--within', '60'])
    expect(set).toMatchObject({ code: 0, stdout: expect.stringMatching(/10\.0\.0\.20.* status 204, within 60 s/) })
    const shown = JSON.parse((await command(['probe', 'show', id, '--json'])).stdout)
    expect(shown.probe).toMatchObject({ kind: 'http', expectedStatus: 204, withinMillis: 60_000 })
    const tried = await command(['probe', 'try', id, '--tcp', '0x7f.1:22'])
    expect(tried).toMatchObject({ code: 1, stderr: expect.stringMatching(/^probe-forbidden: /) })
    const wrong: [string[], number, RegExp][] = [
      [['probe', 'set', id, '--tcp', '127.0.0.1:22'], 1, /^probe-forbidden: /],
      [['probe', 'set', id, '--tcp', '10.0.0.20'], 2, /HOST:PORT/],
      [['probe', 'set', id, '--tcp', '10.0.0.20:22', '--status', '200'], 2, /belong to --http/],
      [['probe', 'set', id], 2, /Say what to ask/],
      [['probe', 'set', id, '--http', 'ftp://10.0.0.20/'], 2, /^invalid: /],
      [['probe', 'show', 'nobody'], 4, /^missing|^not-found/],
    ]
    for (const [args, code, line] of wrong) {
      expect(await command(args)).toMatchObject({ code, stderr: expect.stringMatching(line) })
    }
    expect(await command(['probe', 'clear', id])).toMatchObject({ code: 0 })
    expect(await command(['probe', 'show', id])).toMatchObject(nothing)
  }, 60_000)

  it('take an intent from a file or stdin, and say what is wrong in one line', async () => {
    const [guest] = await guestsOn('pve-sh')
    const intent = { do: 'take', guestId: guest?.id, memory: false, quiesce: false, name: `${name}_file` }
    expect(await command(['plan', '--file', '-'], JSON.stringify(intent))).toMatchObject({ code: 0 })
    const wrong: [string[], string, number, RegExp][] = [
      [['plan', '--file', '-'], '{', 2, /JSON/],
      [['plan', '--file', '-'], '{"do":"frob"}', 2, /^invalid: /],
      [['plan', '--file', '/nowhere/intent.json'], '', 2, /cannot be read/],
      [['plan', 'frob', guest?.id ?? ''], '', 2, /plan take\|rollback/],
      [['plan'], '', 2, /plan take\|rollback/],
      [['plan', 'delete', guest?.id ?? ''], '', 2, /Which snapshots/],
      [['plan', 'take', guest?.id ?? '', 'its-name'], '', 2, /one word too many/],
      [['plan', 'rollback', guest?.id ?? '', 'one', 'two'], '', 2, /one word too many/],
      [['plan', 'rollback', guest?.id ?? '', 'one', '--safety', 'no!'], '', 2, /--safety is yes or no/],
      [['plan', 'take', guest?.id ?? '', '--children', 'delete'], '', 2, /takes no --children/],
      [['plan', 'take', guest?.id ?? '', '--file', '-'], '', 2, /one word too many/],
      [['plan', 'take', 'nobody'], '', 4, /^(missing|not-found): /],
      [['plan', 'rollback', guest?.id ?? '', 'no such snapshot'], '', 4, /^(missing|not-found): /],
      [['apply'], '', 2, /id of a plan/],
      [['apply', 'none'], '', 4, /^(missing|not-found): /],
      [['watch', 'none'], '', 4, /^(missing|not-found): /],
    ]
    for (const [args, stdin, code, told] of wrong) {
      const answer = await command(args, stdin)
      expect([args, answer.code, answer.stderr]).toEqual([args, code, expect.stringMatching(told)])
      expect(answer.stderr.trim().split('\n')).toHaveLength(1)
    }
  })
})

describe('what is not possible or not permitted', () => {
  it('exits 1 where a connection only observes, 3 without the right', async () => {
    const [observed] = await guestsOn('kvm-gz-01')
    for (const command of [here, there]) {
      const answer = await command(['plan', 'take', observed?.id ?? ''])
      expect([answer.code, answer.stderr]).toEqual([1, expect.stringMatching(/^observe-only: /)])
      expect(answer.stdout).toContain(': not possible as asked')
      // No check was made: what stands against it is said all the same.
      expect(answer.stdout).toMatch(/^ {2}This connection only observes\. An administrator can/m)
    }
    const [guest] = await guestsOn('pve-sh')
    const planned = await there(['plan', 'take', guest?.id ?? '', '--json'], '', 'viewer')
    const { id, digest } = JSON.parse(planned.stdout)
    expect(await there(['apply', id, '--digest', digest], '', 'viewer')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^forbidden: /),
    })
  })
})

describe('the audit log', () => {
  it('is verified and exported on this machine only, and a change of it exits 1', async () => {
    expect(await here(['audit', 'verify'])).toMatchObject({ code: 0, stderr: '' })
    const exported = await here(['audit', 'export'])
    expect(exported.code).toBe(0)
    const lines = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.some(({ record }) => record.includes('plan.confirmed'))).toBe(true)
    expect(lines.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
    expect(await there(['audit', 'verify'])).toMatchObject({ code: 2 })
    await web.store.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only')
    await web.store.query(`UPDATE audit SET actor = 'user:somebody' WHERE action = 'plan.confirmed'`)
    await web.store.query('ALTER TABLE audit ENABLE TRIGGER audit_append_only')
    expect(await here(['audit', 'verify'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^changed: /) })
  })
})
