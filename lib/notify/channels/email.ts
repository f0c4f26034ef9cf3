/** E-mail by SMTP. The certificate is verified; clear text goes to a relay on this machine and nowhere else. */
import { createTransport } from 'nodemailer'
import type { ChannelSettings, Notice, Receipt } from '../../domain/channel'
import { type Outcome, ok, refused } from '../../domain/result'
import { SECOND } from '../../domain/units'
import type { Send } from '../port'
import { cut } from '../text'

const TIMEOUT_MILLIS = 20 * SECOND
/** RFC 5322 advises lines under 998; a subject longer than a glance helps nobody. */
const SUBJECT = 200
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

export const sendEmail: Send<Extract<ChannelSettings, { kind: 'email' }>> = async (
  { settings, secret },
  notice,
  signal,
) => {
  if (settings.encryption === 'none' && !LOOPBACK.test(settings.host)) {
    return refused({ code: 'cleartext', address: settings.host })
  }
  const transport = createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.encryption === 'tls',
    requireTLS: settings.encryption === 'starttls',
    ignoreTLS: settings.encryption === 'none',
    connectionTimeout: TIMEOUT_MILLIS,
    greetingTimeout: TIMEOUT_MILLIS,
    socketTimeout: TIMEOUT_MILLIS,
    tls: { minVersion: 'TLSv1.2', ...(settings.ca === null ? {} : { ca: settings.ca }) },
    ...(settings.username === null ? {} : { auth: { user: settings.username, pass: secret.password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const abort = () => transport.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const sent = await transport.sendMail(mailOf(settings, notice))
    return ok({ status: null, answer: cut(answerOf(sent), 500) } satisfies Receipt)
  } catch (error) {
    return whyNot(error, `${settings.host}:${settings.port}`)
  } finally {
    signal.removeEventListener('abort', abort)
    transport.close()
  }
}

/** A relay may take a mail for some and refuse it for others: whom it did not take it for is said first. */
function answerOf({ response, rejected }: { response: string; rejected: (string | { address: string })[] }): string {
  const names = rejected.map((each) => (typeof each === 'string' ? each : each.address))
  return names.length === 0 ? response : `refused for ${names.join(', ')}; ${response}`
}

/** One Message-ID for every try of a notice (RFC 5322 §3.6.4): a reader that has it shows it once; replies thread. */
function mailOf({ from, to }: Extract<ChannelSettings, { kind: 'email' }>, notice: Notice) {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'snapwarden'
  const thread = notice.threadKey === null ? {} : { references: `<${notice.threadKey}@${domain}>` }
  const links = [...(notice.action === null ? [] : [notice.action]), notice.link].map(
    ({ text, url }) => `${text}: ${url}`,
  )
  return {
    from,
    to,
    subject: cut(notice.title, SUBJECT),
    messageId: `<${notice.key}@${domain}>`,
    ...thread,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [notice.title, '', ...notice.lines, '', ...links].join('\n'),
  }
}

function whyNot(error: unknown, address: string): Outcome<Receipt> {
  if (!(error instanceof Error)) throw error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null
  const native = { source: 'smtp', code: code ?? status, text: error.message }
  if (code === 'EAUTH') return refused({ code: 'credentials-refused', method: 'password' }, native)
  // RFC 5321 §4.2.1: 4yz is for now, 5yz for good.
  if (status !== null && status >= 500)
    return refused({ code: 'receiver-refused', status, text: cut(error.message, 500) }, native)
  if (status !== null) return refused({ code: 'receiver-busy', status, retryAfterMillis: 60 * SECOND }, native)
  if (code === 'ETLS' || code === 'ESOCKET') {
    const cause = /certificate|self[- ]signed|altname/i.test(error.message)
    if (cause) return refused({ code: 'certificate-invalid', problem: 'untrusted', fingerprint: null }, native)
  }
  return refused({ code: 'unreachable', address, cause: causeOf(error, code) }, native)
}

/** nodemailer has codes of its own, and keeps the socket's beside them. */
function causeOf(error: Error, code: string | null) {
  if ('originalCode' in error && error.originalCode === 'ECONNREFUSED') return 'refused'
  if (code === 'ETIMEDOUT') return 'timeout'
  return code === 'EDNS' ? 'unknown-host' : 'network'
}
