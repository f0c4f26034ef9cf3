import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChannelSecret, ChannelSettings, Notice } from '@/lib/domain/channel'
import { type AlertId, asId } from '@/lib/domain/ids'
import { isForbiddenAddress } from './addresses'
import { sendPagerDutyTo } from './channels/pagerduty'
import { sendTelegramTo } from './channels/telegram'
import { sendNotice } from './send'
import { dingtalkSign, feishuSign, webhookSignature } from './sign'
import { cut, cutBytes } from './text'

const AT = '2025-09-01T03:07:00.000Z'
const NOTICE: Notice = {
  key: 'n-1',
  threadKey: 'alert-1',
  why: 'first',
  severity: 'emergency',
  resolved: false,
  title: 'lvm-thin on pve-sh-03 is full in 3 h 20 min',
  lines: ['95.3 % used', 'Cause: <b>Orders*DB_prod</b> & co'],
  link: { text: 'See what to do', url: 'https://snap.example/alerts/alert-1' },
  action: { text: 'Review and delete 3', url: 'https://snap.example/alerts/alert-1/plan' },
  alertIds: [asId<AlertId>('alert-1')],
  at: AT,
}
const never = new AbortController().signal

type Got = { path: string; headers: IncomingMessage['headers']; body: string }
const open = new Set<Server | SMTPServer>()
afterEach(async () => {
  for (const server of open) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
  open.clear()
})

/** A receiver on loopback that answers the same to everything and remembers what it got. */
async function receiver(
  answer: { status?: number; body?: string; headers?: Record<string, string>; hang?: boolean } = {},
) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body })
      if (answer.hang === true) return
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok')
    })
  })
  open.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const send = (
  settings: ChannelSettings,
  secret: ChannelSecret,
  change: { anyAddress?: boolean; signal?: AbortSignal } = {},
) => sendNotice({ settings, secret, anyAddress: change.anyAddress ?? true }, NOTICE, change.signal ?? never)

describe('what each receiver gets', () => {
  it('webhook: our JSON, signed over time and body, with a key for second tries', async () => {
    const { got, url } = await receiver()
    expect(await send({ kind: 'webhook', url: `${url}/in` }, { signingKey: 'k' })).toMatchObject({ ok: true })
    const headers = got[0]?.headers ?? {}
    const body = got[0]?.body ?? ''
    expect(JSON.parse(body)).toMatchObject({ key: 'n-1', severity: 'emergency', planUrl: NOTICE.action?.url })
    const seconds = Date.parse(AT) / 1000
    const hex = createHmac('sha256', 'k').update(`${seconds}.${body}`).digest('hex')
    expect(headers['x-snapwarden-signature']).toBe(`t=${seconds},v1=${hex}`)
    expect(headers['idempotency-key']).toBe('n-1')
  })

  it('Slack: names stay text', async () => {
    const { got, url } = await receiver()
    expect(await send({ kind: 'slack' }, { url })).toMatchObject({ ok: true })
    expect(got[0]?.body).toContain('&lt;b&gt;Orders*DB_prod&lt;/b&gt; &amp; co')
    expect(got[0]?.body).toContain(NOTICE.action?.url)
  })

  it('Teams: an adaptive card', async () => {
    const { got, url } = await receiver({ status: 202 })
    expect(await send({ kind: 'teams' }, { url })).toMatchObject({ ok: true, value: { status: 202 } })
    const card = JSON.parse(got[0]?.body ?? '').attachments[0].content
    expect(card).toMatchObject({ type: 'AdaptiveCard', body: [{ color: 'Attention' }, {}, {}], actions: [{}, {}] })
  })

  it('ntfy: topic, priority, token', async () => {
    const { got, url } = await receiver()
    expect(await send({ kind: 'ntfy', url, topic: 'ops' }, { token: 'tk' })).toMatchObject({ ok: true })
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ topic: 'ops', priority: 5, click: NOTICE.link.url })
    expect(got[0]?.headers.authorization).toBe('Bearer tk')
  })

  it('Gotify: below /message, with its key in a header', async () => {
    const { got, url } = await receiver()
    expect(await send({ kind: 'gotify', url: `${url}/` }, { token: 'tk' })).toMatchObject({ ok: true })
    expect(got[0]).toMatchObject({ path: '/message', headers: { 'x-gotify-key': 'tk' } })
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ priority: 10 })
  })

  it('Telegram: plain text and buttons', async () => {
    const { got, url } = await receiver({ body: '{"ok":true}' })
    const to = { settings: { kind: 'telegram' as const, chatId: '-100' }, secret: { token: '12:ab' }, anyAddress: true }
    expect(await sendTelegramTo(url)(to, NOTICE, never)).toMatchObject({ ok: true })
    expect(got[0]?.path).toBe('/bot12:ab/sendMessage')
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({
      chat_id: '-100',
      reply_markup: { inline_keyboard: [[{}, {}]] },
    })
    expect(JSON.parse(got[0]?.body ?? '')).not.toHaveProperty('parse_mode')
  })

  it('PagerDuty: triggers and resolves under one key', async () => {
    const { got, url } = await receiver({ status: 202, body: '{"status":"success"}' })
    const to = { settings: { kind: 'pagerduty' as const }, secret: { token: 'rk' }, anyAddress: true }
    await sendPagerDutyTo(url)(to, NOTICE, never)
    await sendPagerDutyTo(url)(to, { ...NOTICE, resolved: true, key: 'n-2' }, never)
    const events = got.map(({ body }) => JSON.parse(body))
    expect(events.map(({ event_action: action, dedup_key: key }) => [action, key])).toEqual([
      ['trigger', 'alert-1'],
      ['resolve', 'alert-1'],
    ])
  })

  it('企业微信: Markdown within its bytes, links whole', async () => {
    const { got, url } = await receiver({ body: '{"errcode":0,"errmsg":"ok"}' })
    const long: Notice = { ...NOTICE, lines: ['存储'.repeat(4000)] }
    expect(
      await sendNotice({ settings: { kind: 'wecom' }, secret: { url }, anyAddress: true }, long, never),
    ).toMatchObject({ ok: true })
    const { content } = JSON.parse(got[0]?.body ?? '').markdown
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096)
    expect(content).toContain(`](${NOTICE.link.url})`)
  })

  it('钉钉: signed with its time in ms', async () => {
    const { got, url } = await receiver({ body: '{"errcode":0}' })
    expect(
      await send({ kind: 'dingtalk' }, { url: `${url}/robot/send?access_token=t`, signingKey: 'SEC' }),
    ).toMatchObject({ ok: true })
    const query = new URL(got[0]?.path ?? '', url).searchParams
    expect(query.get('access_token')).toBe('t')
    expect(query.get('sign')).toBe(dingtalkSign('SEC', Number(query.get('timestamp'))))
  })

  it('飞书: signed with its time in s', async () => {
    const { got, url } = await receiver({ body: '{"code":0}' })
    expect(await send({ kind: 'feishu' }, { url, signingKey: 'SEC' })).toMatchObject({ ok: true })
    const { timestamp, sign, card } = JSON.parse(got[0]?.body ?? '')
    expect(sign).toBe(feishuSign('SEC', Number(timestamp)))
    expect(card.header.template).toBe('red')
  })

  it('e-mail: through a real SMTP server, threaded, once per key', async () => {
    const mails: string[] = []
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _, done) => done(address.startsWith('gone') ? new Error('no such mailbox') : null),
      onData: (stream, _, done) => {
        let text = ''
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        stream.on('end', () => {
          mails.push(text)
          done()
        })
      },
    })
    open.add(server)
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const settings: ChannelSettings = {
      kind: 'email',
      host: '127.0.0.1',
      port,
      encryption: 'none',
      username: null,
      from: 'Snapwarden <snap@example.cn>',
      to: ['ops@example.cn'],
      ca: null,
    }
    expect(await send(settings, {})).toMatchObject({ ok: true })
    expect(mails[0]).toContain('Message-ID: <n-1@example.cn>')
    expect(mails[0]).toContain('References: <alert-1@example.cn>')
    expect(mails[0]).toContain(NOTICE.link.url)
    const both = await send({ ...settings, to: ['ops@example.cn', 'gone@example.cn'] }, {})
    expect(both).toMatchObject({ ok: true, value: { answer: expect.stringContaining('gone@example.cn') } })
    expect(await send({ ...settings, host: 'mail.example.cn' }, {})).toMatchObject({
      ok: false,
      why: { code: 'cleartext' },
    })
  })
})

describe('receivers on a bad day', () => {
  const webhook = async (answer: Parameters<typeof receiver>[0]) => {
    const { url } = await receiver(answer)
    return send({ kind: 'webhook', url }, { signingKey: 'k' })
  }
  it.each([
    [
      '500',
      { status: 500, body: 'closed for the night' },
      { code: 'receiver-busy', status: 500, text: 'closed for the night' },
    ],
    [
      '429 with a time',
      { status: 429, headers: { 'retry-after': '7' } },
      { code: 'receiver-busy', retryAfterMillis: 7000 },
    ],
    ['400', { status: 400, body: 'no' }, { code: 'receiver-refused', status: 400, text: 'no' }],
    [
      'a redirect',
      { status: 302, headers: { location: 'http://169.254.169.254/latest' } },
      { code: 'redirected', to: '169.254.169.254' },
    ],
  ])('%s', async (_, answer, why) => {
    expect(await webhook(answer)).toMatchObject({ ok: false, why })
  })

  it('one that answers without end has taken it: it is not told again', async () => {
    const sent = await webhook({ body: 'x'.repeat(200_000) })
    expect(sent).toMatchObject({ ok: true, value: { status: 200 } })
    expect(sent.ok && sent.value.answer).toHaveLength(500)
  })

  it('one that hangs is left when we give up', async () => {
    const { url } = await receiver({ hang: true })
    const outcome = await send({ kind: 'webhook', url }, { signingKey: 'k' }, { signal: AbortSignal.timeout(50) })
    expect(outcome).toMatchObject({ ok: false, why: { code: 'unreachable', cause: 'timeout' } })
  })

  it('one that is not there', async () => {
    const url = 'http://127.0.0.1:1/hook'
    expect(await send({ kind: 'webhook', url }, { signingKey: 'k' })).toMatchObject({
      why: { code: 'unreachable', cause: 'refused' },
    })
  })

  it('a mail server that is not there', async () => {
    const settings: ChannelSettings = {
      kind: 'email',
      host: '127.0.0.1',
      port: 1,
      encryption: 'none',
      username: null,
      from: 'snap@example.org',
      to: ['ops@example.org'],
      ca: null,
    }
    expect(await send(settings, {})).toMatchObject({
      why: { code: 'unreachable', cause: 'refused' },
    })
  })

  it('one that says no with 200', async () => {
    const { url } = await receiver({ body: '{"errcode":310000,"errmsg":"sign not match"}' })
    expect(await send({ kind: 'dingtalk' }, { url })).toMatchObject({ why: { code: 'receiver-refused' } })
    const busy = await receiver({ body: '{"errcode":45009}' })
    expect(await send({ kind: 'wecom' }, { url: busy.url })).toMatchObject({ why: { code: 'receiver-busy' } })
  })

  it('a page in place of an answer is a no', async () => {
    const { url } = await receiver({ body: '<html>sign in</html>' })
    expect(await send({ kind: 'feishu' }, { url })).toMatchObject({ why: { code: 'receiver-refused' } })
  })
})

describe('addresses that are not reached', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '::1',
    '::',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::169.254.169.254',
    'ff02::1',
    'localhost',
    '',
  ])('%s', (address) => {
    expect(isForbiddenAddress(address)).toBe(true)
  })
  it.each(['10.0.0.5', '192.168.1.9', '172.16.0.1', '8.8.8.8', 'fd12::5', '2001:db8::1', '::ffff:10.0.0.5'])(
    '%s is reached',
    (address) => {
      expect(isForbiddenAddress(address)).toBe(false)
    },
  )
  it('is refused before anything is sent, by name and by number', async () => {
    const { got, url } = await receiver()
    for (const at of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]) {
      const outcome = await send({ kind: 'webhook', url: at }, { signingKey: 'k' }, { anyAddress: false })
      expect(outcome, at).toMatchObject({ ok: false, why: { code: 'address-forbidden' } })
    }
    expect(got).toEqual([])
  })
})

describe('small parts', () => {
  it('cuts whole characters', () => {
    expect(cut('abc', 3)).toBe('abc')
    expect(cut('ab😀d', 4)).toBe('ab…')
    expect(Buffer.byteLength(cutBytes('存储存储', 10))).toBeLessThanOrEqual(10)
  })
  it('signs as documented', () => {
    // Computed apart from this code: openssl dgst -sha256 -hmac.
    expect(webhookSignature('k', 1, 'b')).toBe(
      't=1,v1=2946e37a45bb02a0bf1bf1a7d9219543801fedd301f9f485aebd72c928639bea',
    )
    expect(dingtalkSign('SEC', 1_700_000_000_000)).toBe('r+2we0q01lkZqz38LA5IPNbHN81U1leRf3Au4PSQb6Q=')
    expect(feishuSign('SEC', 1_700_000_000)).toBe('yKzlnG5gJbbUvULgjP0QN/V99n1fNH31XG8Rrvl9pfk=')
  })
})
