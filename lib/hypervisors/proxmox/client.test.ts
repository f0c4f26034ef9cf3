import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '@/lib/domain/units'
import { startTestLab, type TestLab, tokenOf } from './testing/lab'

const signal = () => AbortSignal.timeout(60_000)
/** An unknown task has a log all the same, with one line (recorded). */
const UPID = 'UPID:pve1:000001E3:00049F42:6B0120E9:qmsnapshot:102:root@pam!lab:'
const password = { method: 'password', username: 'snap', realm: 'pve', password: 'snap-lab-password' } as const

let test: TestLab
beforeEach(async () => {
  test = await startTestLab()
})
afterEach(() => test.close())

/** Logins the server has seen. */
function countLogins(): () => number {
  let logins = 0
  const take = test.cluster.faults.takeWireFaults
  test.cluster.faults.takeWireFaults = (method, path) => {
    if (path === '/access/ticket') logins += 1
    return take(method, path)
  }
  return () => logins
}

function changePassword(): void {
  const user = test.cluster.state.users.get('snap@pve')
  if (user === undefined) throw new Error('no such user in the lab')
  user.password = 'changed meanwhile'
}

/** Requests whose path matches that the server has seen. */
function countSeen(method: string, path: RegExp): () => number {
  let seen = 0
  const take = test.cluster.faults.takeWireFaults
  test.cluster.faults.takeWireFaults = (asked, target) => {
    if (asked === method && path.test(target)) seen += 1
    return take(asked, target)
  }
  return () => seen
}

describe('reading', () => {
  it('gives data, the total beside it and the server’s clock', async () => {
    const answer = await test.client().get(['nodes', 'pve1', 'tasks', UPID, 'log'], {}, signal())
    expect(answer).toMatchObject({ ok: true, value: { total: expect.any(Number), serverTime: expect.any(String) } })
  })

  it('keeps a name with every dangerous character in its place', async () => {
    const answer = await test.client().get(['nodes', 'pve1', 'qemu', '102/../103?x=1#y'], {}, signal())
    expect(answer).toMatchObject({ ok: false, why: { code: 'malformed' } })
    const storage = await test.client().get(['nodes', 'pve1', 'storage', 'a?b#c', 'content'], {}, signal())
    expect(storage.ok).toBe(false)
    expect(test.lab.requests()).toBe(1)
  })

  it('asks a token’s right in one request', async () => {
    const client = test.client()
    expect((await client.get(['version'], {}, signal())).ok).toBe(true)
    expect(client.requestCount).toBe(1)
  })

  it('answers a wrong token with a reason, after the three seconds such an answer takes', async () => {
    const client = test.client({ credentials: { ...tokenOf('snap@pve!ci'), tokenSecret: 'wrong' } })
    const answer = await client.get(['version'], {}, signal())
    expect(answer).toMatchObject({ ok: false, why: { code: 'credentials-refused', method: 'token' } })
    expect(client.requestCount).toBe(1)
  })

  it('names the missing privilege and its path', async () => {
    const client = test.client({ credentials: tokenOf('none@pve!none') })
    const answer = await client.get(['nodes', 'pve1', 'qemu', 102, 'snapshot'], {}, signal())
    expect(answer).toMatchObject({ why: { code: 'not-permitted', privilege: 'VM.Audit', path: '/vms/102' } })
  })

  it('tells a node behind the entered one from the entered one', async () => {
    const client = test.client()
    const answer = await client.get(['nodes', 'pve2', 'qemu'], {}, signal())
    expect(answer).toMatchObject({ why: { code: 'node-unreachable', node: 'pve2' } })
  })

  it('leaves a node alone that is known not to answer, and asks again later', async () => {
    const client = test.client()
    for (let each = 0; each < 10; each += 1) await client.get(['nodes', 'pve2', 'qemu'], {}, signal())
    expect(client.requestCount).toBe(2)
    test.clock.skip(MINUTE)
    await client.get(['nodes', 'pve2', 'qemu'], {}, signal())
    expect(client.requestCount).toBe(3)
  })

  it('reads on elsewhere while one node hangs, and gives that one up after a few silences', async () => {
    test.cluster.faults.onRequest({ kind: 'hang' }, { path: /^\/nodes\/pve3\// })
    const client = test.client({ limits: { headersMs: 3_000 } })
    const hanging = Array.from({ length: 200 }, (_, vmid) =>
      client.get(['nodes', 'pve3', 'qemu', 1000 + vmid, 'config'], {}, signal()),
    )
    const fine = await Promise.all(
      Array.from({ length: 20 }, () => client.get(['nodes', 'pve1', 'qemu', 102, 'config'], {}, signal())),
    )
    expect(fine.every(({ ok }) => ok)).toBe(true)
    const codes = (await Promise.all(hanging)).map((answer) => (answer.ok ? 'ok' : answer.why.code))
    // Four at once, and those that took their places before the fourth silence was over.
    expect(codes.filter((code) => code === 'hung').length).toBeLessThan(8)
    expect(codes.filter((code) => code === 'node-unreachable').length).toBeGreaterThan(192)
  })

  it('never has more than eight requests at a time, nor four to one node', async () => {
    const held: (() => void)[] = []
    let most = 0
    test.cluster.faults.onRequest({ kind: 'slow', ms: 10_000 })
    test.cluster.clock.after = (_, action) => {
      held.push(action)
      most = Math.max(most, held.length)
    }
    // Answers are held until as many are asked for as ever will be; then they are given one by one.
    const fill = async (upTo: number, asked: Promise<unknown>[]) => {
      await expect.poll(() => held.length, { interval: 1, timeout: 60_000 }).toBe(upTo)
      const giving = setInterval(() => held.shift()?.(), 1)
      await Promise.all(asked).finally(() => clearInterval(giving))
    }
    const client = test.client()
    const ofNode = () => Array.from({ length: 12 }, () => client.get(['nodes', 'pve1', 'qemu'], {}, signal()))
    const ofCluster = () => Array.from({ length: 12 }, () => client.get(['cluster', 'resources'], {}, signal()))
    await fill(4, ofNode())
    expect(most).toBe(4)
    await fill(8, [...ofNode(), ...ofCluster()])
    expect(most).toBe(8)
  })
})

describe('answers that are none', () => {
  const bad: [string, Parameters<TestLab['cluster']['faults']['onRequest']>[0], object][] = [
    [
      'a page of a reverse proxy',
      { kind: 'html', status: 502, html: '<html><body>Bad Gateway</body></html>' },
      { code: 'protocol' },
    ],
    ['a page with status 200', { kind: 'html', status: 200, html: '<!doctype html><p>hello' }, { code: 'protocol' }],
    ['cut JSON', { kind: 'truncated-json' }, { code: 'protocol' }],
    ['a body that ends too early', { kind: 'cut', bytes: 20 }, { code: 'unreachable', cause: 'closed' }],
    ['a closed connection', { kind: 'reset' }, { code: 'unreachable', cause: 'closed' }],
    ['596', { kind: 'status', status: 596, reason: 'tls_process_server_certificate' }, { code: 'node-unreachable' }],
    ['599', { kind: 'status', status: 599, reason: 'Too many redirections' }, { code: 'node-unreachable' }],
    ['silence', { kind: 'hang' }, { code: 'hung' }],
  ]
  it.each(bad)('%s', async (_, fault, why) => {
    test.cluster.faults.onRequest(fault)
    const client = test.client({ limits: { headersMs: 3_000 } })
    expect(await client.get(['nodes', 'pve1', 'qemu'], {}, signal())).toMatchObject({ ok: false, why })
  })

  it('takes numbers that come as strings', async () => {
    test.cluster.faults.onRequest({ kind: 'numbers-as-strings' })
    const answer = await test.client().get(['nodes', 'pve1', 'tasks', UPID, 'log'], {}, signal())
    expect(answer).toMatchObject({ ok: true, value: { total: expect.any(Number) } })
  })

  it('stops reading what is too large', async () => {
    const client = test.client({ limits: { bodyBytes: 100 } })
    expect(await client.get(['cluster', 'resources'], {}, signal())).toMatchObject({ why: { code: 'too-large' } })
  })
})

describe('writing', () => {
  const path = ['nodes', 'pve1', 'qemu', 102, 'snapshot'] as const

  it('gives the task', async () => {
    const answer = await test.client().send('POST', path, { snapname: 'by_us', vmstate: false }, signal())
    expect(answer).toMatchObject({ ok: true, value: { data: expect.stringMatching(/^UPID:pve1:/) } })
  })

  it.each([
    ['hang', { kind: 'hang' } as const],
    ['reset', { kind: 'reset' } as const],
    ['cut', { kind: 'cut', bytes: 5 } as const],
    ['a page', { kind: 'html', status: 200, html: '<html>' } as const],
  ])('is sent once and unsure after: %s', async (_, fault) => {
    const seen = countSeen('POST', /snapshot$/)
    test.cluster.faults.onRequest(fault, { method: 'POST' })
    const client = test.client({ limits: { headersMs: 3_000 } })
    const answer = await client.send('POST', path, { snapname: 'by_us' }, signal())
    expect(answer).toMatchObject({ ok: false, mayHaveBegun: true })
    expect(seen()).toBe(1)
  })

  it('surely did not begin where the server is down or says no', async () => {
    const down = test.client({ origins: ['https://127.0.0.1:1'] })
    expect(await down.send('POST', path, { snapname: 'by_us' }, signal())).toMatchObject({
      why: { code: 'unreachable', cause: 'refused' },
      mayHaveBegun: false,
    })
    const client = test.client()
    expect(await client.send('POST', path, { snapname: 'current' }, signal())).toMatchObject({ mayHaveBegun: false })
    expect(await client.send('POST', path, { snapname: 'x' }, signal())).toMatchObject({ mayHaveBegun: false })
    expect(await client.send('POST', ['nodes', 'pve2', 'qemu', 1, 'snapshot'], {}, signal())).toMatchObject({
      why: { code: 'node-unreachable' },
      mayHaveBegun: false,
    })
  })

  it('brings the CSRF token with a ticket', async () => {
    const answer = await test.client({ credentials: password }).send('POST', path, { snapname: 'by_us' }, signal())
    expect(answer.ok).toBe(true)
  })

  it('is not repeated after a ticket that is refused; the next call signs in again', async () => {
    const client = test.client({ credentials: password })
    await client.get(['version'], {}, signal())
    test.cluster.auth.signingKey = 'rotated'
    const seen = countSeen('POST', /snapshot$/)
    const refusal = await client.send('POST', path, { snapname: 'by_us' }, signal())
    expect(refusal).toMatchObject({ why: { code: 'credentials-refused' }, mayHaveBegun: false })
    expect(seen()).toBe(1)
    expect((await client.send('POST', path, { snapname: 'by_us' }, signal())).ok).toBe(true)
  })
})

describe('tickets', () => {
  it('come from one login, however many first calls run at once', async () => {
    const logins = countLogins()
    const client = test.client({ credentials: password })
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.get(['version'], {}, signal())))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(logins()).toBe(1)
  })

  it('are renewed before two hours, with the ticket and not the password', async () => {
    const logins = countLogins()
    const client = test.client({ credentials: password })
    await client.get(['version'], {}, signal())
    changePassword()
    for (let each = 0; each < 4; each += 1) {
      test.clock.skip(70 * MINUTE)
      expect((await client.get(['version'], {}, signal())).ok).toBe(true)
    }
    expect(logins()).toBe(5)
  })

  it('are asked for anew after a long sleep, and tell when the password was changed', async () => {
    const client = test.client({ credentials: password })
    await client.get(['version'], {}, signal())
    test.clock.skip(3 * HOUR)
    expect((await client.get(['version'], {}, signal())).ok).toBe(true)
    test.clock.skip(3 * HOUR)
    changePassword()
    const answer = await client.get(['version'], {}, signal())
    expect(answer).toMatchObject({ why: { code: 'credentials-refused', method: 'password' } })
  })

  it('are asked for anew when the server no longer knows them', async () => {
    const client = test.client({ credentials: password })
    await client.get(['version'], {}, signal())
    test.cluster.auth.signingKey = 'rotated'
    expect((await client.get(['version'], {}, signal())).ok).toBe(true)
  })
})

describe('leaving', () => {
  it('a call ends as interrupted when its caller gives up', async () => {
    test.cluster.faults.onRequest({ kind: 'hang' })
    const giveUp = new AbortController()
    const answer = test.client().get(['version'], {}, giveUp.signal)
    giveUp.abort(new Error('nobody waits'))
    expect(await answer).toMatchObject({ ok: false, why: { code: 'interrupted' } })
  })

  it('closing ends what is in flight, and may be done twice', async () => {
    test.cluster.faults.onRequest({ kind: 'hang' })
    const client = test.client()
    const answers = Array.from({ length: 20 }, () => client.get(['version'], {}, signal()))
    await client.close()
    await client.close()
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ why: { code: 'interrupted' } })
  })
})

it('shows no secret of ours to whoever prints it', async () => {
  const client = test.client({ credentials: { ...password, password: 'wrong-and-secret' } })
  const answer = await client.get(['version'], {}, signal())
  expect(inspect([client, answer], { depth: 20, showHidden: true })).not.toContain('wrong-and-secret')
})
