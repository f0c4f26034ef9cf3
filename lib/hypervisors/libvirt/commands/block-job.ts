/**
 * Block jobs, whose end libvirt tells once: by an event. A failed commit leaves no error anywhere (field notes, ENOSPC:
 * the call succeeds, the guest runs, the disk errors are empty), so the event counts, and where it was missed the chain.
 */
import { SECOND } from '@/lib/domain/units'
import type { Host } from '../connect'
import { isLibvirtError } from '../rpc/errors'
import { blockJobStatuses, blockJobTypes } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import type { DiskXml } from '../xml/disk'
import { parseDomain } from '../xml/domain'
import { waitForNews } from './news'

/** How often a job is asked for its progress; the end comes as an event and waits for no tick. */
const PROGRESS_EVERY_MILLIS = SECOND / 2

/** libvirt says READY slightly before it lets us pivot: code 55 or 83 then, nothing done, asked again so often. */
const PIVOT_TRIES = 5

export type JobEnd = 'completed' | 'failed' | 'cancelled' | 'gone'

/** Listens for one disk's job from before it begins. */
export class JobWatch {
  readonly #host: Host
  readonly #domain: DomainRef
  readonly #target: string
  #close: () => void = () => undefined
  #ready = false
  #end: Exclude<JobEnd, 'gone'> | null = null
  #wake: () => void = () => undefined

  private constructor(host: Host, domain: DomainRef, target: string) {
    this.#host = host
    this.#domain = domain
    this.#target = target
  }

  static async start(host: Host, domain: DomainRef, target: string): Promise<JobWatch> {
    const watch = new JobWatch(host, domain, target)
    const subscription = await host.client.listen(['block-job'], (event) => {
      if (event.kind !== 'block-job' || event.domain.uuid !== domain.uuid || event.disk !== target) return
      if (event.status === blockJobStatuses.ready) watch.#ready = true
      if (event.status === blockJobStatuses.completed) watch.#end = 'completed'
      if (event.status === blockJobStatuses.failed) watch.#end = 'failed'
      if (event.status === blockJobStatuses.cancelled) watch.#end = 'cancelled'
      watch.#wake()
    })
    watch.#close = () => void subscription.close()
    void host.client.closed.then(() => watch.#wake())
    return watch
  }

  close(): void {
    this.#close()
  }

  /** Until an event comes, or for one tick of progress. */
  async #next(): Promise<void> {
    if (this.#end !== null) return
    await waitForNews(PROGRESS_EVERY_MILLIS, (news) => {
      this.#wake = news
    })
  }

  /**
   * Follows the job to its end and pivots where it has to (a mirror to another place, a `copy`, is never ours to pivot). `gone`: it is not there and no event said how it ended.
   * Rejects when the connection ends: the job goes on without us.
   */
  async untilEnd(onProgress: (done: number, total: number) => void, { pivots = true } = {}): Promise<JobEnd> {
    const { client } = this.#host
    for (let missing = 0; ; ) {
      if (this.#end !== null) return this.#end
      const job = await readJob(this.#host, this.#domain, this.#target)
      if (this.#end !== null) return this.#end
      if (job === null) {
        missing += 1
        if (missing > 2) return 'gone' // its event would have come by now
      } else {
        missing = 0
        onProgress(Number(job.done), Number(job.end))
        const active = pivots && job.type === blockJobTypes.activeCommit
        if (active && (this.#ready || (job.done === job.end && (await this.#waitsToPivot())))) {
          await this.#pivot()
          this.#ready = false
        }
      }
      if (client.connection.end !== null) throw client.connection.end
      await this.#next()
    }
  }

  /**
   * An event from before we listened is not sent again; the guest's own XML then says that the mirror stands. A libvirtd
   * killed just after the job began has forgotten the mirror altogether (9.0 and 11.3), and no word of it comes ever
   * again: it is asked to pivot, which it refuses itself (code 55) until QEMU says that the job is ready.
   */
  async #waitsToPivot(): Promise<boolean> {
    return (await readMirror(this.#host, this.#domain, this.#target)) !== 'working'
  }

  async #pivot(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#host.client.blocks.endJob(this.#domain, this.#target, 'pivot')
      } catch (error) {
        const early = isLibvirtError(error, 'blockCopyActive') || isLibvirtError(error, 'operationInvalid')
        if (!early || tries === PIVOT_TRIES) throw error
        await this.#next()
        if (this.#end !== null) return
      }
    }
  }
}

/** The job on a disk; null where there is none, or the guest does not run. */
export async function readJob(host: Host, domain: DomainRef, target: string) {
  try {
    return await host.client.blocks.readJob(domain, target)
  } catch (error) {
    if (isLibvirtError(error, 'operationInvalid') || isLibvirtError(error, 'noDomain')) return null
    throw error
  }
}

/** What the guest's XML tells of a disk's copy. */
export async function readMirror(host: Host, domain: DomainRef, target: string): Promise<DiskXml['mirror']> {
  const parsed = parseDomain(await host.client.domains.readXml(domain), domain.name)
  const disk = parsed.ok ? parsed.value.disks.find((one) => one.target === target) : undefined
  return disk?.mirror ?? 'working'
}

/** The files of a disk's chain as the running guest has them, active first; `complete` when the last one is the base. */
export async function readChain(
  host: Host,
  domain: DomainRef,
  target: string,
): Promise<{ files: string[]; complete: boolean } | null> {
  const parsed = parseDomain(await host.client.domains.readXml(domain), domain.name)
  const disk = parsed.ok ? parsed.value.disks.find((one) => one.target === target) : undefined
  if (disk === undefined) return null
  const files = [disk.source, ...disk.backing].flatMap(({ file }) => file ?? [])
  return { files, complete: disk.backingEnds }
}
