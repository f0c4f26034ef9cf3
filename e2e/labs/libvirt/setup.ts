import type { TestProject } from 'vitest/node'
import { startLibvirtLab } from './lab'
import type { ProvidedLab } from './lab-test'

/**
 * vitest's global set-up of the `lab` project: starts one laboratory that all test files share (about 1 s), and tells
 * them how to reach it, or why there is none. In CI a laboratory that cannot run is an error, never a skipped test.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await startLibvirtLab()
  if (!started.ok && process.env.CI !== undefined && process.env.CI !== 'false') {
    throw new Error(`libvirt's laboratory cannot run: ${started.why}`)
  }
  const provided: ProvidedLab = started.ok ? { ok: true, info: started.lab.info } : { ok: false, why: started.why }
  project.provide('libvirtLab', provided)
  return async () => {
    if (started.ok) await started.lab.close()
  }
}
