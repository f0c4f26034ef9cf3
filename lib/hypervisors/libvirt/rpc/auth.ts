import type { CallOptions, Channel } from './channel'
import type { Carried } from './codec'
import { isLibvirtError, LibvirtError, TransportError } from './errors'
import { connectProcedures } from './procedures/connect'
import { type SaslConversation, SaslError } from './sasl/mechanism'
import { plainConversation } from './sasl/plain'
import { saslPrepare } from './sasl/saslprep'
import { scramConversation } from './sasl/scram'

/** Name and password for a daemon that asks for them (SASL). */
export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface SignInOptions {
  readonly credentials: Credentials | null
  /** Whether the transport can be read by nobody else; PLAIN is refused otherwise unless the next says so. */
  readonly confidential: boolean
  /** The caller accepts, knowingly, that the password crosses the network readable. */
  readonly acceptCleartext: boolean
}

/** How the daemon let us in. */
export type SignIn = 'none' | 'polkit' | 'sasl'

/** remote_auth_type. */
const authTypes = { none: 0, sasl: 1, polkit: 2 } as const

/** More rounds than any mechanism here needs; a server that goes on for ever is stopped. */
const mostSaslSteps = 8

/**
 * Signs in before the connection is opened, in the way the daemon asks for. Rejects with a {@link TransportError} of
 * kind `auth-…`; a missing polkit permission is libvirt's own error `authUnavailable` or `authFailed`.
 */
export async function signIn(channel: Channel, options: SignInOptions, call: CallOptions): Promise<SignIn> {
  const types = await channel.call(connectProcedures.authList, undefined, call)
  // The daemon offers one way in practice; the order is its preference (remoteAuthenticate in remote_driver.c).
  for (const type of types) {
    if (type === authTypes.none) return 'none'
    if (type === authTypes.polkit) {
      await channel.call(connectProcedures.authPolkit, undefined, call)
      return 'polkit'
    }
    if (type === authTypes.sasl) {
      await signInWithSasl(channel, options, call)
      return 'sasl'
    }
  }
  if (types.length === 0) return 'none'
  throw new TransportError('auth-unsupported', `the daemon asks for a sign-in this client does not know (${types})`)
}

async function signInWithSasl(channel: Channel, options: SignInOptions, call: CallOptions): Promise<void> {
  const conversation = chooseMechanism(await askMechanisms(channel, call), options)
  try {
    await converse(channel, conversation, call)
  } catch (error) {
    throw asAuthError(error)
  }
}

/**
 * Mechanisms the daemon offers. On a plain TCP connection libvirtd wants one that encrypts by itself (tcp_min_ssf in
 * libvirtd.conf, at least 56 bits), which neither SCRAM nor PLAIN does: it offers GSSAPI or DIGEST-MD5, or, where it has
 * neither, refuses before a name was asked.
 */
async function askMechanisms(channel: Channel, call: CallOptions): Promise<readonly string[]> {
  try {
    return (await channel.call(connectProcedures.authSaslInit, undefined, call)).split(/[\s,]+/).filter(Boolean)
  } catch (error) {
    if (!isLibvirtError(error, 'authFailed')) throw error
    const message = 'the daemon has no way of signing in to offer here; over TCP it wants one that encrypts (use TLS)'
    throw new TransportError('auth-unsupported', message, { cause: error })
  }
}

/** The strongest mechanism both sides have. */
function chooseMechanism(offered: readonly string[], options: SignInOptions): SaslConversation {
  const names = new Set(offered.map((name) => name.toUpperCase()))
  const plainAllowed = options.confidential || options.acceptCleartext
  const usable = ['SCRAM-SHA-256', 'SCRAM-SHA-1', ...(plainAllowed ? ['PLAIN'] : [])].find((name) => names.has(name))
  const list = offered.join(' ').slice(0, 200) || 'nothing'
  if (usable === undefined) {
    const why = names.has('PLAIN')
      ? `PLAIN would send the password readable over the network; the daemon offers ${list}`
      : `the daemon offers ${list}; this client knows SCRAM-SHA-256, SCRAM-SHA-1 and PLAIN`
    throw new TransportError('auth-unsupported', why, { detail: list })
  }
  if (options.credentials === null) {
    throw new TransportError('auth-required', 'the daemon asks for a user name and a password')
  }
  const username = saslPrepare(options.credentials.username)
  const password = saslPrepare(options.credentials.password)
  if (username === null || password === null || username === '' || password === '') {
    throw new TransportError('auth-failed', 'the user name or password holds characters that cannot be used')
  }
  if (usable === 'PLAIN') return plainConversation(username, password)
  return scramConversation(usable === 'SCRAM-SHA-256' ? 'sha256' : 'sha1', username, password)
}

type SaslAnswer = Carried<typeof connectProcedures.authSaslStart.reply>

async function converse(channel: Channel, conversation: SaslConversation, call: CallOptions): Promise<void> {
  const { mechanism } = conversation
  let answer: SaslAnswer = await channel.call(
    connectProcedures.authSaslStart,
    { mechanism, nil: false, data: conversation.start() },
    call,
  )
  for (let steps = 0; steps < mostSaslSteps; steps += 1) {
    // Even when the server says it is done, what it sent along must be looked at: it may be its proof.
    const response = answer.nil ? null : await conversation.step(answer.data)
    if (answer.complete) {
      if (!conversation.complete) throw new SaslError('unverified', 'the server ended the sign-in without its proof')
      return
    }
    answer = await channel.call(
      connectProcedures.authSaslStep,
      { nil: response === null, data: response ?? Buffer.alloc(0) },
      call,
    )
  }
  throw new SaslError('malformed', 'the sign-in does not end')
}

function asAuthError(error: unknown): unknown {
  if (error instanceof SaslError) {
    const kind = error.failure === 'unverified' ? 'auth-server-unverified' : 'auth-failed'
    return new TransportError(kind, error.message, { cause: error })
  }
  if (error instanceof LibvirtError && isLibvirtError(error, 'authFailed')) {
    return new TransportError('auth-failed', 'the daemon refused the user name or password', { cause: error })
  }
  return error
}
