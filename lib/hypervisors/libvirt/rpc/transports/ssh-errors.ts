import { TransportError, type TransportErrorKind } from '../errors'

/** Our remote command's way to say that there is no daemon socket there. */
export const noSocketExitCode = 69

/**
 * ssh tells only through text what went wrong. With LC_ALL=C and LogLevel=ERROR these are the phrases of OpenSSH; the
 * first that matches decides, so the more telling ones stand first.
 */
const phrases: readonly (readonly [RegExp, TransportErrorKind, string])[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'ssh-host-key-changed', 'the host has another key than the known one'],
  [/host key is known for|authenticity of host/i, 'ssh-host-key-unknown', 'the key of this host is not known yet'],
  [/host certificate.*(?:expired|revoked)|REVOKED HOST KEY/i, 'ssh-host-key-changed', 'the host key was revoked'],
  [/Host key verification failed/, 'ssh-host-key-unknown', 'the key of this host could not be verified'],
  [
    /Load key .*(?:invalid format|error in libcrypto|incorrect passphrase|bad permissions|not a private key)/i,
    'ssh-key-material',
    'the private key cannot be used (damaged, or protected by a passphrase)',
  ],
  [/Permission denied|Too many authentication failures|no more authentication methods/i, 'ssh-auth', 'access denied'],
  [/Could not resolve hostname/i, 'unknown-host', 'the host name is not known'],
  [/Connection refused/i, 'refused', 'the host refuses connections to this port'],
  [/No route to host|Network is unreachable/i, 'unreachable', 'the host cannot be reached'],
  [/timed out/i, 'timeout', 'the host did not answer in time'],
  [/no matching (?:host key type|key exchange method|cipher|MAC) found/i, 'ssh-failed', 'no common algorithm'],
  [/remote port forwarding|administratively prohibited/i, 'ssh-failed', 'the host does not allow it'],
]

/** The same for what the command on the far side says. It ended with a code of its own, so ssh itself was through. */
const remotePhrases: readonly (readonly [RegExp, TransportErrorKind, string])[] = [
  [/Permission denied|authentication/i, 'permission', 'the user may not use the libvirt socket of that host'],
  [/Connection refused/i, 'refused', 'the libvirt daemon of that host does not run'],
  [/No such file or directory/i, 'no-socket', 'no libvirt daemon listens on that host'],
]

/** ssh's own failures end with this code, whatever they are; any other is that of the remote command. */
const ownFailureCode = 255

/** Why ssh ended before the daemon had answered. `stderr` is kept as detail. */
export function sshError(exitCode: number | null, stderr: string): TransportError {
  const detail = stderr.trim()
  if (exitCode === noSocketExitCode) {
    return new TransportError('no-socket', 'no libvirt daemon listens on that host', { detail })
  }
  if (exitCode === 127) {
    return new TransportError('ssh-remote-command', 'the host has neither virt-ssh-helper nor nc', { detail })
  }
  const isOwn = exitCode === ownFailureCode || exitCode === null
  for (const [phrase, kind, message] of isOwn ? phrases : remotePhrases) {
    if (phrase.test(detail)) return new TransportError(kind, message, { detail })
  }
  if (isOwn) return new TransportError('ssh-failed', firstLine(detail) || 'ssh ended without a word', { detail })
  return new TransportError('ssh-remote-command', `the command on the host ended with code ${exitCode}`, { detail })
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300)
}
