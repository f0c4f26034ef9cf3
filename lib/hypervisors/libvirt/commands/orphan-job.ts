/** A block job whose process died or was replaced: found again by its disk, ended where it has to be. */
import type { TaskEnd, TaskRef } from '@/lib/domain/command'
import type { Host } from '../connect'
import { JobWatch, readJob } from './block-job'

type JobRef = Extract<TaskRef, { kind: 'libvirt-job' }>

/**
 * Follows what still runs. What is over when we come has told its end to nobody: the chain knows, and the executor
 * reads it; here that is `lost`.
 */
export async function followJob(
  host: Host,
  ref: JobRef,
  onProgress: (done: number, total: number) => void,
): Promise<TaskEnd> {
  const lost: TaskEnd = { ended: 'lost', why: { code: 'unsure', asked: 'chain.merge' } }
  const domain = await host.client.domains.findByUuid(ref.guest)
  if (domain === null) return lost
  const watch = await JobWatch.start(host, domain, ref.target)
  try {
    if ((await readJob(host, domain, ref.target)) === null) return lost
    const end = await watch.untilEnd(onProgress)
    if (end === 'completed') return { ended: 'succeeded', warnings: [] }
    if (end === 'gone') return lost
    return { ended: 'failed', why: { code: 'task-failed', text: `block job ${end}` } }
  } finally {
    watch.close()
  }
}
