/** Asks this machine's own file systems what is used now, and how much a writer without root's reserve can still use. */
import { statfs } from 'node:fs/promises'
import type { Inodes } from '@/lib/domain/inventory'
import type { PoolInfo } from '../rpc/client/storage'

/** A file system that does not answer (its server is away) keeps a thread until it does. */
const PATIENCE_MS = 2_000
/** Guests wrote between libvirt's look and ours. More apart than this share is another file system. */
const MOST_APART = 0.02

/** ext2, ext3 and ext4 (statfs(2)): their inodes are made with the file system and never get more. */
const EXT = 0xef53

export type AskFileSystem = (path: string) => Promise<{
  bsize: number
  blocks: number
  bfree: number
  bavail: number
  type: number
  files: number
  ffree: number
}>

/** What a file system tells of itself, in bytes; and its inodes. */
export type OwnFigures = { usedBytes: number; freeBytes: number; usableBytes: number; inodes: Inodes }

/** What libvirt tells of the pool there; `refreshed` = it looked in this reading. */
type Told = Pick<PoolInfo, 'capacity' | 'available'> & { refreshed: boolean }

/**
 * The file systems below the pools of a libvirt on this machine. A socket may lead elsewhere all the same — we may run in
 * a container, or the socket be forwarded — so an answer counts only where it is of the size that libvirt tells, and was
 * as full when libvirt had just looked.
 */
export class FileSystems {
  readonly #ask: AskFileSystem
  /** never asked twice at once: each question that hangs holds one of few threads */
  readonly #open = new Set<string>()
  /** paths that were as full as libvirt said, with the size they had then */
  readonly #ours = new Map<string, number>()

  constructor(ask: AskFileSystem = statfs) {
    this.#ask = ask
  }

  /** The figures of now at `path`; null where it cannot be told for sure that the path is the pool's. */
  async look(path: string, told: Told): Promise<OwnFigures | null> {
    if (this.#open.has(path)) return null
    const answer = await this.#answerOf(path)
    if (answer === null) return null
    const { bsize, blocks, bfree, bavail, type, files, ffree } = answer
    const own = {
      usedBytes: bsize * (blocks - bfree),
      freeBytes: bsize * bfree,
      usableBytes: bsize * bavail,
      // Others make inodes from free blocks and answer with how many those would give (XFS), with 0 (Btrfs), or with
      // what a server says of one nobody knows (NFS): none of these runs out by itself.
      inodes: type === EXT ? { total: files, free: ffree } : { total: 0, free: 0 },
    }
    return this.#isThePools(path, bsize * blocks, own, told) ? own : null
  }

  #isThePools(
    path: string,
    size: number,
    { freeBytes }: OwnFigures,
    { capacity, available, refreshed }: Told,
  ): boolean {
    if (size !== capacity || available === null) {
      this.#ours.delete(path)
      return false
    }
    // Libvirt's free bytes are as old as its last look: they judge ours only right after it.
    if (refreshed && Math.abs(freeBytes - available) <= MOST_APART * size) this.#ours.set(path, size)
    else if (refreshed) this.#ours.delete(path)
    return this.#ours.get(path) === size
  }

  async #answerOf(path: string): Promise<Awaited<ReturnType<AskFileSystem>> | null> {
    this.#open.add(path)
    // Not there, not ours to look at, or no file system: libvirt's upper bound stays the answer.
    const asked = this.#ask(path).catch(() => null)
    const settled = asked.finally(() => this.#open.delete(path))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE_MS)
    })
    return Promise.race([settled, late]).finally(() => clearTimeout(timer))
  }
}
