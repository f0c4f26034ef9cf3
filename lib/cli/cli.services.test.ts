import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestLab, tokenOf } from '@/lib/hypervisors/proxmox/testing/lab'
import { createToken } from '@/lib/services/token/create'
import { listAudit } from '@/lib/store/audit'
import { openStore } from '@/lib/store/client'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { startApiServer } from '@/lib/web/testing/api-server'
import { GOOD_PASSWORD, openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { openRemote } from './remote'
import { runCommand } from './run'

let database: TestDatabase
let directory: string
beforeAll(async () => {
  database = await createTestDatabase()
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-cli-')))
})
afterAll(async () => {
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

async function run(args: string[], options: { stdin?: string; environment?: Record<string, string> } = {}) {
  let stdout = ''
  let stderr = ''
  const code = await runCommand(args, {
    environment: options.environment ?? { DATABASE_URL: database.url, SNAPWARDEN_DATA: directory },
    output: {
      out: (text) => {
        stdout += text
      },
      err: (text) => {
        stderr += text
      },
    },
    readStdin: () => Promise.resolve(options.stdin ?? ''),
  })
  return { code, stdout, stderr }
}

const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

const auditOf = async (url: string) => {
  const store = openStore(url)
  try {
    return (await listAudit(store)).entries
  } finally {
    await store.close()
  }
}

describe('usage', () => {
  it.each([
    [[], 'command is missing'],
    [['frob'], 'no command "frob"'],
    [['connection'], 'no command "connection"'],
    [['constructor'], 'no command'],
    [['connection', 'list', '--frob'], '--frob'],
    [['connection', 'list', 'extra'], 'extra'],
    [['connection', 'list', '--email', 'x'], '--email'],
    [['connection', 'test'], 'needs the name'],
    [['connection', 'add'], '--file is missing'],
    [['connection', 'add', '--file', '/nowhere/c.yaml'], 'ENOENT'],
    [['admin', 'create', '--password-stdin'], '--email is missing'],
    [['admin', 'create', '--email', 'x@example.org'], '--password-stdin'],
    [['token', 'create', '--name', 'x', '--role', 'root'], 'viewer, operator, admin'],
    [['token', 'create', '--name', 'x', '--role', 'viewer', '--days', '9999'], '--days'],
    [['export'], '--json'],
    [['connection', 'list', '--server', 'http://127.0.0.1:9'], '--token'],
    [['connection', 'list', '--server', 'nonsense', '--token', 'x'], '--server'],
    [
      ['admin', 'create', '--email', 'x@example.org', '--password-stdin', '--server', 'http://x', '--token', 'x'],
      '--data',
    ],
  ])('%j exits 2 and says why in one line', async (args, part) => {
    const { code, stdout, stderr } = await run(args, { stdin: GOOD_PASSWORD })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(part)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('is told by --help', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('connection add --file')
  })
})

describe('on this machine', () => {
  it('an administrator is made once, and the set-up code is gone', async () => {
    writeFileSync(join(directory, 'setup-code'), 'ABCD')
    const create = () =>
      run(['admin', 'create', '--email', 'Lin@example.org', '--password-stdin'], { stdin: `${GOOD_PASSWORD}\n` })
    expect(await create()).toMatchObject({ code: 0 })
    expect(readdirSync(directory)).not.toContain('setup-code')
    const again = await create()
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/^conflict: /)])
    const weak = await run(['admin', 'create', '--email', 'w@example.org', '--password-stdin'], { stdin: 'short' })
    expect([weak.code, weak.stderr]).toEqual([1, expect.stringMatching(/^weak-password: /)])
    const [entry] = await auditOf(database.url)
    expect(entry).toMatchObject({ action: 'user.created', actor: expect.stringMatching(/^local:./), address: null })
  })

  it('a password is reset for somebody who exists', async () => {
    const reset = (email: string) =>
      run(['admin', 'reset-password', '--email', email, '--password-stdin'], { stdin: 'another long password' })
    expect(await reset('LIN@example.org')).toMatchObject({ code: 0 })
    expect(await reset('nobody@example.org')).toMatchObject({ code: 4, stderr: expect.stringMatching(/^not-found: /) })
  })

  it('a token is the secret alone on stdout', async () => {
    const { code, stdout, stderr } = await run(['token', 'create', '--name', 'ci', '--role', 'viewer'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^swt_[\w-]{43}\n$/)
  })

  it('a connection is added from a file, listed, tested and collected although nobody answers', async () => {
    file('pass.txt', 'unused')
    const yaml = file('c.yaml', 'name: closed port\nkind: libvirt\nuri: qemu+tcp://127.0.0.1:1/system\n')
    const added = await run(['connection', 'add', '--file', yaml, '--json'])
    expect(added.code).toBe(0)
    expect(JSON.parse(added.stdout)).toMatchObject({ name: 'closed port', mode: 'observe', state: 'never-read' })
    expect(await run(['connection', 'add', '--file', yaml])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^conflict: /),
    })

    const listed = await run(['connection', 'list'])
    expect(listed.stdout).toMatch(/^NAME +KIND/)
    expect(listed.stdout).toMatch(/^closed port +libvirt +observe +never-read +never +\?/m)
    expect(JSON.parse((await run(['connection', 'list', '--json'])).stdout)).toMatchObject({
      items: [{ name: 'closed port' }],
      nextCursor: null,
    })

    expect(await run(['connection', 'test', 'closed port'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^unreachable: /),
    })
    expect(await run(['connection', 'test', 'none'])).toMatchObject({ code: 4 })
    expect(await run(['collect', 'none'])).toMatchObject({ code: 4 })
    const collected = await run(['collect', 'closed port', '--json'])
    expect([collected.code, collected.stderr]).toEqual([1, expect.stringMatching(/^unreachable: /)])
    expect(JSON.parse(collected.stdout)).toMatchObject({ collectionId: expect.any(String), unread: expect.any(Array) })
    // How many guests it has is not known; that is not none.
    expect((await run(['connection', 'list'])).stdout).toMatch(/failing +never +\? +unreachable/)
  })

  it('a Proxmox VE cluster is added with a list of nodes and its authority beside the file, and tested', async () => {
    const lab = await startTestLab()
    try {
      file('pve-root-ca.pem', lab.certificate.ca)
      const { tokenId, tokenSecret } = tokenOf('audit@pve!ro')
      const lines = [
        'name: pve',
        'kind: proxmox',
        `url: [https://127.0.0.1:1, ${lab.lab.url}]`,
        `tokenId: ${tokenId}`,
        `tokenSecret: ${tokenSecret}`,
      ]
      const add = (text: string) => run(['connection', 'add', '--file', file('pve.yaml', text), '--json'])
      const added = await add([...lines, 'caFile: pve-root-ca.pem'].join('\n'))
      expect([added.code, added.stderr]).toEqual([0, ''])
      expect(JSON.parse(added.stdout)).toMatchObject({
        kind: 'proxmox',
        mode: 'observe',
        url: ['https://127.0.0.1:1', lab.lab.url],
      })
      const tested = await run(['connection', 'test', 'pve', '--json'])
      expect([tested.code, tested.stderr]).toEqual([0, ''])
      expect(JSON.parse(tested.stdout)).toMatchObject({ ok: true, product: 'Proxmox VE', node: 'pve1' })

      const other = ['name: other', ...lines.slice(1), `fingerprint: ['${'00'.repeat(32)}']`].join('\n')
      expect((await add(other)).code).toBe(0)
      expect(await run(['connection', 'test', 'other'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^certificate-changed: /),
      })
      const noSecret = await add(lines.slice(0, 4).join('\n').replace('name: pve', 'name: third'))
      expect([noSecret.code, noSecret.stderr]).toEqual([1, expect.stringMatching(/^credentials-missing: /)])
    } finally {
      await lab.close()
    }
  })

  it.each([
    ['a key that is misspelt', 'name: x\nkind: libvirt\nuri: qemu:///system\nmoed: operate\n', 2, 'no key moed'],
    ['YAML that is none', 'a: [', 2, 'not YAML'],
    ['a list', '- a\n- b\n', 2, 'one connection'],
    ['no address', 'name: x\nkind: libvirt\n', 2, 'uri'],
    [
      'a key file that is not there',
      'name: x\nkind: libvirt\nuri: qemu+ssh://h/system\nsshKeyFile: no-such-key\n',
      2,
      'no-such-key',
    ],
    ['a program in the address', 'name: x\nkind: libvirt\nuri: qemu+ssh://h/system?command=x\n', 1, 'address-invalid'],
  ])('a connection file with %s is refused', async (_, text, code, part) => {
    const answer = await run(['connection', 'add', '--file', file('bad.yaml', text)])
    expect([answer.code, answer.stderr]).toEqual([code, expect.stringContaining(part)])
  })

  it('the demo fleet is prepared twice, read, tested and exported', async () => {
    const first = await run(['demo', 'prepare', '--json'])
    const second = await run(['demo', 'prepare', '--json'])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(JSON.parse(first.stdout).password).not.toBe(JSON.parse(second.stdout).password)
    expect(JSON.parse(second.stdout)).toEqual({
      email: expect.stringContaining('@'),
      password: expect.stringMatching(/.{16,}/),
    })

    expect(await run(['collect', 'kvm-gz-01'])).toMatchObject({ code: 0, stderr: '' })
    const tested = await run(['connection', 'test', 'kvm-gz-01'])
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringMatching(/read-guests +yes/)])

    const exported = await run(['export', '--json'])
    expect([exported.code, exported.stderr]).toEqual([0, ''])
    const all = JSON.parse(exported.stdout)
    expect(all.connections).toHaveLength(7)
    expect(all.guests.length).toBeGreaterThan(20)
    expect(all.guests[0]).toMatchObject({ snapshots: { items: expect.any(Array), current: expect.any(Object) } })
    expect((await auditOf(database.url))[0]).toMatchObject({ action: 'export.made' })
  })

  it('a database that is away exits 5', async () => {
    const environment = {
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      SNAPWARDEN_DATA: join(directory, 'other'),
    }
    const answer = await run(['connection', 'list'], { environment })
    expect([answer.code, answer.stderr.trim().split('\n').length]).toEqual([5, 1])
  })
})

describe('without a server', () => {
  it('starts the embedded database for the command, and leaves nothing running', async () => {
    const data = join(directory, 'fresh')
    const environment = {}
    const made = await run(['admin', 'create', '--email', 'a@example.org', '--password-stdin', '--data', data], {
      environment,
      stdin: GOOD_PASSWORD,
    })
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const listed = await run(['connection', 'list', '--data', data, '--json'], { environment })
    expect(JSON.parse(listed.stdout)).toEqual({ items: [], nextCursor: null })
    expect(readdirSync(data).sort()).toEqual(['database-password', 'instance.key', 'logs', 'postgres'])
    expect(readdirSync(join(data, 'postgres'))).not.toContain('postmaster.pid')
    expect(readFileSync(join(data, 'instance.key'), 'utf8').trim()).toHaveLength(44)
  })
})

describe('over the API', () => {
  let web: TestWeb
  let server: Awaited<ReturnType<typeof startApiServer>>
  let url: string
  let admin: string
  let viewer: string
  beforeAll(async () => {
    web = await openTestWeb()
    const tokenOf = async (role: 'admin' | 'viewer') => {
      const made = await createToken({
        ctx: web.contextOf((await web.addUser(role)).actor),
        input: { name: role, role, days: 1 },
      })
      return made.ok ? made.value.secret : ''
    }
    admin = await tokenOf('admin')
    viewer = await tokenOf('viewer')
    server = await startApiServer()
    url = server.url
  })
  afterAll(async () => {
    await server.close()
    await web.close()
  })

  const remote = (args: string[], token = admin) =>
    run(args, { environment: { SNAPWARDEN_SERVER: url, SNAPWARDEN_TOKEN: token } })

  it('does the same with the same answers and codes', async () => {
    const yaml = file('remote.yaml', 'name: far\nkind: libvirt\nmode: operate\nuri: qemu+tcp://127.0.0.1:1/system\n')
    const added = await remote(['connection', 'add', '--file', yaml, '--json'])
    expect(JSON.parse(added.stdout)).toMatchObject({ name: 'far', mode: 'operate' })
    expect(await remote(['connection', 'add', '--file', yaml])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^conflict: /),
    })
    expect((await remote(['connection', 'list'], viewer)).stdout).toMatch(/^far +libvirt +operate/m)
    expect(await remote(['connection', 'test', 'nowhere'])).toMatchObject({ code: 4 })
    expect(await remote(['connection', 'add', '--file', file('no.yaml', 'name: x\nkind: libvirt\n')])).toMatchObject({
      code: 2,
    })
    const exported = await remote(['export', '--json'], viewer)
    expect(JSON.parse(exported.stdout)).toMatchObject({ connections: [{ name: 'far' }], guests: [], storages: [] })
  })

  it('exits 3 without the right, 5 without a server', async () => {
    const yaml = join(directory, 'remote.yaml')
    expect(await remote(['connection', 'add', '--file', yaml], viewer)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^forbidden: /),
    })
    expect(await remote(['connection', 'list'], 'swt_wrong_token_0000')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^unauthenticated: /),
    })
    expect(
      await run(['connection', 'list', '--server', 'http://127.0.0.1:9', '--token', admin], { environment: {} }),
    ).toMatchObject({ code: 5 })
  })

  it('exits 5 where somebody else answers, as the sign-in page of a proxy does', async () => {
    const stranger = createServer((_request, response) => response.end('<html>Sign in</html>'))
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const address = stranger.address()
    const server = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    try {
      expect(await run(['connection', 'list', '--server', server, '--token', 'x'], { environment: {} })).toEqual({
        code: 5,
        stdout: '',
        stderr: `${server} answered with something that is not ours: check the address after --server.\n`,
      })
    } finally {
      await new Promise((resolve) => stranger.close(resolve))
    }
  })

  it('follows an operation through a server that is away for a moment', async () => {
    const events = [
      'id: 1\nevent: step\ndata: {"seq":1,"at":"2026-11-28T00:00:00.000Z","key":"web/take","state":"asking","why":null}\n\n',
      'id: 2\nevent: state\ndata: {"seq":2,"at":"2026-11-28T00:00:01.000Z","state":"succeeded"}\n\n',
    ]
    const resumed: (string | undefined)[] = []
    const answers = [
      (response: ServerResponse) => response.end(events[0]),
      (response: ServerResponse) => response.writeHead(502).end('<html>Bad gateway</html>'),
      (response: ServerResponse) => response.end(events[1]),
    ]
    const away = createServer((request, response) => {
      resumed.push(request.headers['last-event-id']?.toString())
      answers.shift()?.(response)
    })
    await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve))
    const address = away.address()
    const server = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const told: unknown[] = []
    try {
      for await (const event of openRemote(server, 'x').events('op')) told.push(event)
    } finally {
      await new Promise((resolve) => away.close(resolve))
    }
    expect(told).toMatchObject([{ seq: 1 }, { seq: 2, state: 'succeeded' }])
    expect(resumed).toEqual(['0', '1', '1'])
  })
})
