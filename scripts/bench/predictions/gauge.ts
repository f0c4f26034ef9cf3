/**
 * How much a directory's files take while something is done there. A thread of its own measures without a pause: on
 * libvirt 11.3 both overlays of a stopped guest's rollback exist for less than 10 ms, and a timer beside the work saw
 * one in twenty of them not at all.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Bytes } from '@/lib/domain/units'

export type Gauged = { before: Bytes; most: Bytes; after: Bytes }

/** Plain JavaScript, because it is run from its text: a bundle has no second file. */
const MEASURE = `
const { readdirSync, statSync } = require('node:fs')
const { setPriority } = require('node:os')
const { join } = require('node:path')
const { parentPort, workerData } = require('node:worker_threads')
const stopped = new Int32Array(workerData.stopped)
setPriority(-20) // of this thread alone, as Linux has it: a machine that does other things must not stop it
function usedBytes() {
  let sum = 0
  for (const name of readdirSync(workerData.directory)) {
    const stats = statSync(join(workerData.directory, name), { throwIfNoEntry: false }) // it may go while we look
    sum += (stats?.blocks ?? 0) * 512
  }
  return sum
}
const before = usedBytes()
let most = before
parentPort.postMessage('measuring')
let last = false
let after = before
while (!last) {
  last = Atomics.load(stopped, 0) === 1
  after = usedBytes()
  most = Math.max(most, after)
}
parentPort.postMessage({ before, most, after })
`

/** Measures from before `work` until after it. @throws what `work` throws; Error when the directory cannot be read */
export async function gaugeWhile<T>(directory: string, work: () => Promise<T>): Promise<Gauged & { result: T }> {
  const stopped = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const worker = new Worker(MEASURE, { eval: true, workerData: { directory, stopped } })
  await once(worker, 'message')
  const told = once(worker, 'message')
  try {
    const result = await work()
    Atomics.store(new Int32Array(stopped), 0, 1)
    const [gauged] = (await told) as [Gauged]
    return { ...gauged, result }
  } finally {
    await worker.terminate()
  }
}
