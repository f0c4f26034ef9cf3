/**
 * What Proxmox VE and the way to it answer, as reasons. Proxmox VE has no error codes: the status says little (500 for
 * almost everything) and the sentence is all there is, so its sentences are matched here and nowhere else. Every pattern
 * has a recorded exchange in errors.test.ts; the one of a cluster without quorum is from Proxmox VE's source.
 */
import type { Reason } from '@/lib/domain/reason'
import { type NativeFault, type Refused, refused } from '@/lib/domain/result'

/** Longest foreign text we keep. */
const TEXT_LIMIT = 500

/** What was asked, as far as a refusal is told by it. */
export type Asked = {
  /** the server that was spoken to, as a person would write it */
  address: string
  /** the node that had to answer, when the entered one only passed the request on */
  node: string | null
  /** how we had signed in */
  method: 'token' | 'password'
}

/** An answer whose status is not 200, or that is none. */
export type BadAnswer = { status: number; reason: string; body: string; contentType: string }

/** The reason behind an answer that is a refusal, with Proxmox VE's own words for the log. */
export function refusedAnswer(answer: BadAnswer, asked: Asked): Refused {
  const text = sentenceOf(answer)
  const native: NativeFault = { source: 'Proxmox VE', code: answer.status, text }
  // pveproxy could not reach, or lost, the node it had to ask: AnyEvent::HTTP's own codes, with an empty body.
  if (answer.status >= 595 && answer.status <= 599) return refused(passedOn(asked), native)
  if (isPage(answer)) return refused({ code: 'protocol', problem: pageProblem(answer) }, native)
  switch (answer.status) {
    case 401:
      return refused({ code: 'credentials-refused', method: asked.method }, native)
    case 403:
      return refused(forbidden(text), native)
    case 501:
      return refused({ code: 'not-told', by: 'Proxmox VE' }, native)
    default:
      return refused(reasonOfText(text, asked), native)
  }
}

/** True where nothing can have begun: Proxmox VE said no itself, before or instead of doing it. */
export const saysNo = ({ status, contentType }: Pick<BadAnswer, 'status' | 'contentType'>): boolean =>
  [400, 401, 403, 404, 501, 506, 595].includes(status) || (status === 500 && isJson(contentType))

const isJson = (contentType: string): boolean => /^application\/json\b/i.test(contentType)

const isPage = ({ body, contentType }: BadAnswer): boolean =>
  /^text\/html\b/i.test(contentType) || /^\s*<(!doctype|html)/i.test(body.slice(0, 200))

const pageProblem = ({ status, reason }: BadAnswer): string =>
  `a web page instead of an answer of the API (${`${status} ${reason}`.trim()}): something between us and Proxmox VE answers`

/** An answer with status 200 that is not the API's: a page, cut JSON, JSON without its envelope. */
export function refusedBody(answer: BadAnswer): Refused {
  const native: NativeFault = { source: 'Proxmox VE', code: answer.status, text: answer.body.slice(0, TEXT_LIMIT) }
  if (isPage(answer)) return refused({ code: 'protocol', problem: pageProblem(answer) }, native)
  return refused({ code: 'protocol', problem: 'the answer is not complete JSON' }, native)
}

/** The sentence: in the body since 8.0, always in the reason phrase; a 401 or 595 has only the latter. */
function sentenceOf({ reason, body, contentType }: BadAnswer): string {
  const told = isJson(contentType) ? messageIn(body) : null
  return (told ?? reason).trim().slice(0, TEXT_LIMIT)
}

function messageIn(body: string): string | null {
  const parsed = parse(body)
  if (parsed === null) return null
  const { message, errors } = parsed
  if (typeof message !== 'string') return null
  if (typeof errors !== 'object' || errors === null) return message
  const each = Object.entries(errors).map(([parameter, problem]) => `${parameter}: ${String(problem)}`)
  return `${message.trim()} ${each.join('; ')}`
}

function parse(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const passedOn = ({ node, address }: Asked): Reason =>
  node === null ? { code: 'unreachable', address, cause: 'network' } : { code: 'node-unreachable', node }

/** `Permission check failed (/vms/102, VM.Snapshot|VM.Snapshot.Rollback)`: any of them would do. */
function forbidden(text: string): Reason {
  const [, path, privilege] = /^Permission check failed \(([^,]+), ([^)]+)\)/.exec(text) ?? []
  if (path === undefined || privilege === undefined) return { code: 'not-permitted', privilege: text }
  return { code: 'not-permitted', privilege: privilege.replaceAll('|', ' or '), path }
}

/** PVE::Cluster::check_cfs_quorum, and what pmxcfs answers to a write that nobody checked before. */
export const NO_QUORUM = /^cluster not ready - no quorum\?|^unable to open file '\/etc\/pve\/[^']*' - Permission denied/

type Sentence = { pattern: RegExp; reason: (groups: readonly string[], asked: Asked) => Reason }

const SENTENCES: readonly Sentence[] = [
  {
    pattern: /^Configuration file 'nodes\/[^/]+\/(?:qemu-server|lxc)\/(\d+)\.conf' does not exist/,
    reason: ([vmid = '']) => ({ code: 'missing', what: 'guest', name: vmid }),
  },
  {
    pattern: /^snapshot '([^']*)' does not exist/,
    reason: ([name = '']) => ({ code: 'missing', what: 'snapshot', name }),
  },
  {
    pattern: /^(?:Parameter verification failed\. storage: )?storage '([^']*)' does not exist/,
    reason: ([name = '']) => ({ code: 'missing', what: 'storage', name }),
  },
  {
    pattern: /^(?:hostname|address) lookup (?:for )?'([^']*)' (?:failed|did not find)/,
    reason: ([node = '']) => ({ code: 'node-unreachable', node }),
  },
  {
    pattern: /^(?:QEMU guest agent is not running|No QEMU guest agent configured)/,
    reason: () => ({ code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'no-agent' } }),
  },
  {
    pattern: /^VM \d+ is not running/,
    reason: () => ({ code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'guest-off' } }),
  },
  {
    pattern: NO_QUORUM,
    reason: () => ({ code: 'no-quorum' }),
  },
  {
    pattern: /^unable to activate storage '([^']*)'/,
    reason: ([storage = '']) => ({ code: 'storage-inactive', storage }),
  },
]

/** The reason of a sentence, or the sentence itself where we have no word for it yet. */
function reasonOfText(text: string, asked: Asked): Reason {
  for (const { pattern, reason } of SENTENCES) {
    const found = pattern.exec(text)
    if (found !== null) return reason(found.slice(1), asked)
  }
  return { code: 'rejected', text }
}
