import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { abortError } from '../abort'
import { messageOf, TransportError } from '../errors'
import { type PrivateFiles, writePrivateFiles } from './private-files'
import { sshRemoteCommand } from './ssh-command'
import { sshError } from './ssh-errors'
import type { Transport, TransportHandlers } from './transport'

/** Keys as text, never as paths. */
export interface SshOptions {
  /** Private key in OpenSSH or PEM form, without a passphrase. Absent: the keys and agent of the operating user. */
  readonly privateKey?: string
  /** Lines of a known_hosts file. Absent: the operating user's own file. An unknown or changed key is always refused. */
  readonly knownHosts?: string
}

export interface SshTarget {
  readonly host: string
  readonly port: number
  readonly user: string | null
  readonly driverUri: string
  readonly readOnly: boolean
  /** The socket there; null means the usual ones. */
  readonly socketPath: string | null
}

const mostStderrBytes = 8_192
/** ssh ends at once on SIGTERM; this is for one that is stuck in the kernel. */
const killAfterMs = 2_000

/**
 * Starts ssh and speaks to the daemon behind it. Resolves as soon as ssh runs: whether it gets through shows in the
 * first answer, or in the reason the transport ends with (`ssh-…`, `refused`, `unknown-host`, …).
 */
export async function connectSsh(target: SshTarget, options: SshOptions, signal: AbortSignal): Promise<Transport> {
  if (signal.aborted) throw abortError(signal)
  const files = await writePrivateFiles({
    ...(options.privateKey === undefined ? {} : { key: withFinalNewline(options.privateKey) }),
    ...(options.knownHosts === undefined ? {} : { known_hosts: withFinalNewline(options.knownHosts) }),
  })
  try {
    return sshTransport(await startSsh(sshArguments(target, options, files), signal), files)
  } catch (error) {
    await files.remove()
    if (signal.aborted) throw abortError(signal)
    throw new TransportError('ssh-missing', `ssh cannot be started: ${messageOf(error)}`, { cause: error })
  }
}

async function startSsh(args: readonly string[], signal: AbortSignal): Promise<ChildProcessWithoutNullStreams> {
  // Without a shell: every argument arrives as it is.
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  // Without a listener an error would end the process; what it means is told by 'spawn' or 'close'.
  child.on('error', () => undefined)
  try {
    await once(child, 'spawn', { signal })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return child
}

/** Arguments of ssh, exported for tests. Nothing is read from configuration files: they could run commands. */
export function sshArguments(target: SshTarget, options: SshOptions, files: PrivateFiles): readonly string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'LogLevel=ERROR',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'PermitLocalCommand=no',
    'ControlMaster=no',
    'ControlPath=none',
    'RequestTTY=no',
    'EscapeChar=none',
    'ConnectTimeout=15',
    ...(options.knownHosts === undefined
      ? []
      : [`UserKnownHostsFile="${files.pathOf('known_hosts')}"`, 'GlobalKnownHostsFile=/dev/null']),
    ...(options.privateKey === undefined
      ? []
      : [`IdentityFile="${files.pathOf('key')}"`, 'IdentitiesOnly=yes', 'IdentityAgent=none']),
  ]
  return [
    '-F',
    'none',
    ...settings.flatMap((setting) => ['-o', setting]),
    '-p',
    String(target.port),
    ...(target.user === null ? [] : ['-l', target.user]),
    '--',
    target.host,
    sshRemoteCommand(target.driverUri, target.readOnly, target.socketPath),
  ]
}

function sshTransport(child: ChildProcessWithoutNullStreams, files: PrivateFiles): Transport {
  let handlers: TransportHandlers | null = null
  let ended: TransportError | null = null
  let heard = false
  let destroyed = false
  let stderr = ''
  let killTimer: NodeJS.Timeout | null = null

  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(0, mostStderrBytes)
  })
  // Writing to an ssh that has just ended fails with EPIPE; how it ended is told by 'close'.
  child.stdin.on('error', () => undefined)

  const closed = new Promise<void>((resolve) => {
    child.once('close', async (exitCode: number | null) => {
      if (killTimer !== null) clearTimeout(killTimer)
      ended = reasonOf(exitCode)
      handlers?.onEnd(ended)
      await files.remove()
      resolve()
    })
  })

  function reasonOf(exitCode: number | null): TransportError {
    if (destroyed) return new TransportError('closed', 'the connection was closed by us')
    if (!heard) return sshError(exitCode, stderr)
    return new TransportError('closed', 'ssh ended the connection', { detail: stderr.trim() })
  }

  return {
    kind: 'ssh',
    confidential: true,
    start(given) {
      handlers = given
      if (ended !== null) {
        given.onEnd(ended)
        return
      }
      child.stdout.on('data', (chunk: Buffer) => {
        // Something answers, so ssh is through: the key has done its work and need not lie there any longer.
        if (!heard) void files.remove()
        heard = true
        given.onData(chunk)
      })
    },
    write(bytes) {
      if (child.stdin.writable) child.stdin.write(bytes)
    },
    get unsentBytes() {
      return child.stdin.writableLength
    },
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    destroy() {
      if (!destroyed && ended === null) {
        destroyed = true
        child.stdin.destroy()
        child.stdout.resume()
        child.kill('SIGTERM')
        killTimer = setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref()
      }
      return closed
    },
  }
}

/** ssh refuses a key file without one, and people paste without one. */
function withFinalNewline(text: string): string {
  const unix = text.replaceAll('\r\n', '\n')
  return unix.endsWith('\n') ? unix : `${unix}\n`
}
