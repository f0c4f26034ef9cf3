import { describe, expect, it } from 'vitest'
import { type Exchange, recordedExchanges } from '../../../e2e/labs/proxmox/replay'
import { refusedAnswer, refusedBody, saysNo } from './errors'

const recorded = new Map(recordedExchanges().map((exchange) => [exchange.seq, exchange]))

/** What a recorded answer means to us. */
function meaning(seq: number) {
  const exchange = recorded.get(seq)
  if (exchange === undefined) throw new Error(`no recording ${seq}`)
  return refusedAnswer(answerOf(exchange), { address: 'pve1:8006', node: nodeIn(exchange), method: 'token' }).why
}

const nodeIn = ({ request }: Exchange): string | null => /\/nodes\/([^/]+)\//.exec(request.path)?.[1] ?? null

const answerOf = ({ response }: Exchange) => ({
  status: response.status,
  reason: response.reason,
  body: typeof response.body === 'string' ? response.body : JSON.stringify(response.body),
  contentType: response.headers.find(([name]) => name === 'Content-Type')?.[1] ?? '',
})

describe('recorded refusals', () => {
  it.each([
    [4, { code: 'credentials-refused', method: 'token' }],
    [12, { code: 'credentials-refused', method: 'token' }],
    [13, { code: 'credentials-refused', method: 'token' }],
    [16, { code: 'credentials-refused', method: 'token' }],
    [19, { code: 'credentials-refused', method: 'token' }],
    [25, { code: 'credentials-refused', method: 'token' }],
    [42, { code: 'not-permitted', privilege: 'Sys.Audit', path: '/nodes/pve1' }],
    [193, { code: 'not-permitted', privilege: 'VM.Snapshot or VM.Snapshot.Rollback', path: '/vms/102' }],
    [207, { code: 'not-permitted', privilege: 'VM.Audit', path: '/vms/9999' }],
    [507, { code: 'not-permitted', privilege: 'Sys.Audit', path: '/' }],
    [51, { code: 'not-told', by: 'Proxmox VE' }],
    [52, { code: 'not-told', by: 'Proxmox VE' }],
    [54, { code: 'node-unreachable', node: 'ghost' }],
    [55, { code: 'node-unreachable', node: 'pve2' }],
    [295, { code: 'node-unreachable', node: 'pve2' }],
    [296, { code: 'node-unreachable', node: 'pve3' }],
    [57, { code: 'missing', what: 'guest', name: '9999' }],
    [414, { code: 'missing', what: 'guest', name: '9999' }],
    [119, { code: 'missing', what: 'snapshot', name: 'nope_x' }],
    [477, { code: 'missing', what: 'storage', name: 'ghost' }],
    [969, { code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'no-agent' } }],
    [256, { code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'guest-off' } }],
    [472, { code: 'storage-inactive', storage: 'offline1' }],
    [97, { code: 'rejected', text: "unable to use snapshot name 'current' (reserved name)" }],
    [58, { code: 'rejected', text: "Parameter verification failed. vmid: type check ('integer') failed - got 'abc'" }],
  ])('%i', (seq, why) => {
    expect(meaning(seq)).toEqual(why)
  })

  it.each([
    'cluster not ready - no quorum?\n',
    "unable to open file '/etc/pve/nodes/pve1/qemu-server/102.conf.tmp.4711' - Permission denied\n",
  ])('a cluster without quorum says so: %j', (message) => {
    const body = JSON.stringify({ data: null, message })
    const answer = { status: 500, reason: message.trim(), body, contentType: 'application/json;charset=UTF-8' }
    expect(refusedAnswer(answer, { address: 'pve1:8006', node: 'pve1', method: 'token' }).why).toEqual({
      code: 'no-quorum',
    })
    expect(saysNo(answer)).toBe(true)
  })

  it('every one of them is a reason, and none of the API’s own says that something may have begun', () => {
    const refusals = [...recorded.values()].filter(({ response }) => response.status !== 200)
    expect(refusals.length).toBeGreaterThan(50)
    for (const exchange of refusals) {
      const answer = answerOf(exchange)
      const { why, native } = refusedAnswer(answer, { address: 'pve1', node: null, method: 'password' })
      expect(why.code).not.toBe('protocol')
      expect(native?.text).not.toBe('')
      // Broken JSON is the one 500 that pveproxy answers without JSON (recorded, 299).
      if (exchange.seq !== 299) expect(saysNo(answer)).toBe(true)
    }
  })
})

it('tells a page from an answer', () => {
  const page = { status: 200, reason: 'OK', body: '<!DOCTYPE html><title>Sign in', contentType: 'text/html' }
  expect(refusedBody(page).why).toMatchObject({ code: 'protocol', problem: expect.stringContaining('web page') })
  expect(refusedBody({ ...page, contentType: 'application/json', body: '{"data":[' }).why).toMatchObject({
    problem: 'the answer is not complete JSON',
  })
})

it('keeps no more of a foreign text than we store', () => {
  const answer = { status: 500, reason: 'x'.repeat(10_000), body: '', contentType: '' }
  expect(JSON.stringify(refusedAnswer(answer, { address: '', node: null, method: 'token' })).length).toBeLessThan(1_200)
})
