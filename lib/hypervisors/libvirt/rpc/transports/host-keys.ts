import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { abortError } from '../abort'
import { messageOf, TransportError } from '../errors'
import { connectSocket, ignoreLateErrors } from './socket'

/** A host key as offered over the network: not trusted, for a person to compare. */
export interface OfferedHostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa` … */
  readonly type: string
  /** As `ssh-keygen -lf` prints it: `SHA256:…` */
  readonly fingerprint: string
  /** The line to keep once a person has accepted it. */
  readonly knownHostsLine: string
}

const mostOutputBytes = 65_536

/**
 * Asks a host for its ssh keys (ssh-keyscan, without a shell). Rejects with a {@link TransportError}: `ssh-missing`,
 * `ssh-failed` (no ssh there), and those of plain sockets. A host that was parsed from a URI cannot begin with a dash.
 */
export async function fetchSshHostKeys(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<readonly OfferedHostKey[]> {
  // ssh-keyscan says nothing at all where nobody listens; a plain connection knows why.
  const socket = await connectSocket({ host, port }, signal)
  ignoreLateErrors(socket)
  socket.destroy()
  const { stdout, stderr } = await runKeyscan(['-T', '5', '-p', String(port), '--', host], signal)
  const keys = parseKnownHosts(stdout)
  if (keys.length === 0)
    throw new TransportError('ssh-failed', 'no ssh server answers there', { detail: stderr.trim() })
  return keys
}

/** Reads known_hosts lines; what is not a key line is left out. */
export function parseKnownHosts(text: string): readonly OfferedHostKey[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\S+) (\S+) ([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line.trim())
    if (match === null || line.startsWith('#')) return []
    const [, names = '', type = '', key = ''] = match
    const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')
    return [{ type, fingerprint: `SHA256:${digest}`, knownHostsLine: `${names} ${type} ${key}` }]
  })
}

function runKeyscan(args: readonly string[], signal: AbortSignal): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keyscan', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    })
    const output = { stdout: '', stderr: '' }
    const onAbort = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', onAbort, { once: true })
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8')
      child[name].on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, mostOutputBytes)
      })
    }
    child.once('error', (error) => {
      signal.removeEventListener('abort', onAbort)
      const message = `ssh-keyscan cannot be started: ${messageOf(error)}`
      reject(new TransportError('ssh-missing', message, { cause: error }))
    })
    child.once('close', () => {
      signal.removeEventListener('abort', onAbort)
      if (signal.aborted) reject(abortError(signal))
      else resolve(output)
    })
  })
}
