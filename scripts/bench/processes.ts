/** What a running process tells of itself, from outside. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Memory in use now and at its most, MB (10^6 bytes), as the kernel counts it. */
export function memoryOf(pid: number): { nowMb: number; mostMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6
  return { nowMb: megabytes('VmRSS'), mostMb: megabytes('VmHWM') }
}

/** Readings of memory over a while, MB: it breathes with the collection of garbage. */
export async function steadyMemory(
  pid: number,
  { readings, everyMs }: { readings: number; everyMs: number },
): Promise<number[]> {
  const values: number[] = []
  for (let reading = 0; reading < readings; reading += 1) {
    values.push(memoryOf(pid).nowMb)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return values
}

export type ProbeReading = {
  epoch: number
  /** the longest the event loop was held, whoever had the processor */
  longestDelayMs: number
  /** the longest it was held by the process itself, at most: other threads of it count, too */
  longestOwnMs: number
}

/** What the probe inside a process wrote last. */
export const readProbe = (directory: string, pid: number): ProbeReading =>
  JSON.parse(readFileSync(join(directory, `${pid}.json`), 'utf8'))
