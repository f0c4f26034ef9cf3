/** Asks this machine's own file systems how much a writer without root's reserve can still use. */
import { statfs } from 'node:fs/promises'
import type { PoolInfo } from '../rpc/client/storage'

/** A file system that does not answer (its server is away) keeps a thread until it does. */
const PATIENCE_MS = 2_000
/** libvirt measured at another moment: guests wrote in between. More apart than this share is another file system. */
const MOST_APART = 0.02

/** What is asked of one path; null = it cannot be told. Given in tests. */
export type AskFileSystem = (path: string) => Promise<{ bsize: number; blocks: number; bfree: number; bavail: number }>

/**
 * The file systems below the pools of a libvirt on this machine. A socket may lead elsewhere all the same — we may run in
 * a container, or the socket be forwarded — so an answer counts only where it is of the size that libvirt tells.
 */
export class FileSystems {
  /** never asked twice at once: each question that hangs holds one of few threads */
  readonly #open = new Set<string>()
  readonly #ask: AskFileSystem

  constructor(ask: AskFileSystem = statfs) {
    this.#ask = ask
  }

  /** Bytes that QEMU, which is not root, can still write at `path`; null where that cannot be told for sure. */
  async usableBytes(path: string, pool: Pick<PoolInfo, 'capacity' | 'available'>): Promise<number | null> {
    if (this.#open.has(path) || pool.capacity === null || pool.available === null) return null
    const answer = await this.#answerOf(path)
    if (answer === null) return null
    const { bsize, blocks, bfree, bavail } = answer
    if (bsize * blocks !== pool.capacity) return null
    if (Math.abs(bsize * bfree - pool.available) > MOST_APART * pool.capacity) return null
    return bsize * bavail
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
