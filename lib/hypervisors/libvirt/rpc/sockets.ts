import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A daemon socket that exists on this machine. */
export interface LocalSocket {
  readonly path: string
  /** What listens there. On modular hosts `libvirtd` may be virtproxyd, which serves the same. */
  readonly kind: 'libvirtd' | 'virtqemud'
  /** The daemon refuses changes on this socket (`…-sock-ro`). */
  readonly readOnly: boolean
  readonly scope: 'system' | 'session'
  /** Whether this process may connect to it, by file permissions; polkit may still say no. */
  readonly writable: boolean
}

/** Where to look; tests and labs give their own. */
export interface SocketDirectories {
  readonly system: string
  /** Null when there is no user session. */
  readonly session: string | null
}

/** libvirt's socket directories on Linux. A session's sockets live under XDG_RUNTIME_DIR. */
export function defaultSocketDirectories(env: NodeJS.ProcessEnv = process.env): SocketDirectories {
  const runtime = env.XDG_RUNTIME_DIR
  return { system: '/run/libvirt', session: runtime ? join(runtime, 'libvirt') : null }
}

/** Socket names by daemon; a session has no read-only socket. */
const names = { libvirtd: 'libvirt-sock', virtqemud: 'virtqemud-sock', virtstoraged: 'virtstoraged-sock' } as const

/** Sockets of local daemons that can open `qemu:///…`, system before session, full access before read-only. */
export async function findLocalSockets(directories = defaultSocketDirectories()): Promise<readonly LocalSocket[]> {
  const candidates: Omit<LocalSocket, 'writable'>[] = []
  for (const kind of ['libvirtd', 'virtqemud'] as const) {
    const path = join(directories.system, names[kind])
    candidates.push({ path, kind, readOnly: false, scope: 'system' })
    candidates.push({ path: `${path}-ro`, kind, readOnly: true, scope: 'system' })
    if (directories.session !== null) {
      candidates.push({ path: join(directories.session, names[kind]), kind, readOnly: false, scope: 'session' })
    }
  }
  const found = await Promise.all(
    candidates.map(async (candidate) =>
      (await isSocket(candidate.path)) ? { ...candidate, writable: await isWritable(candidate.path) } : null,
    ),
  )
  const order = (socket: LocalSocket): number => (socket.scope === 'system' ? 0 : 2) + (socket.readOnly ? 1 : 0)
  return found.filter((socket) => socket !== null).sort((a, b) => order(a) - order(b))
}

/** Paths to try for `qemu:///system` or `qemu:///session`, in order. */
export function socketPathsFor(
  scope: 'system' | 'session',
  readOnly: boolean,
  directories = defaultSocketDirectories(),
): readonly string[] {
  const directory = scope === 'system' ? directories.system : directories.session
  if (directory === null) return []
  const suffix = readOnly && scope === 'system' ? '-ro' : ''
  return [names.libvirtd, names.virtqemud].map((name) => join(directory, name + suffix))
}

/**
 * The storage daemon's socket beside a virtqemud socket, or null beside any other. virtqemud forwards storage calls
 * itself (remoteGetStorageConn in remote_daemon_dispatch.c); asking virtstoraged directly saves that step.
 */
export function storageSocketBeside(path: string): string | null {
  const beside = path.replace(
    /virtqemud-sock(-ro)?$/,
    (_name, suffix: string | undefined) => names.virtstoraged + (suffix ?? ''),
  )
  return beside === path ? null : beside
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket()
  } catch (error) {
    // Not there, or in a directory we may not look into: not ours to offer.
    if (isSystemError(error)) return false
    throw error
  }
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
    return true
  } catch (error) {
    if (isSystemError(error)) return false
    throw error
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error
}
