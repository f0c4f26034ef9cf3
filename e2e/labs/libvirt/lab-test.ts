import { describe, inject, it } from 'vitest'
import { attachLab, type LabInfo, type SharedLab } from './lab'

/** What the global set-up tells every test file. */
export type ProvidedLab = { ok: true; info: LabInfo } | { ok: false; why: string }

declare module 'vitest' {
  interface ProvidedContext {
    libvirtLab: ProvidedLab
  }
}

/**
 * Tests on the laboratory all files share. Where it cannot run, one skipped test stands in their place that names the
 * reason. Whoever changes guests, files or daemons starts a laboratory of their own (`startLibvirtLab`) inside such a
 * block.
 */
export function describeWithLab(name: string, body: (lab: SharedLab) => void): void {
  const provided = inject('libvirtLab')
  if (provided.ok) describe(name, () => body(attachLab(provided.info)))
  else it(`${name}: libvirt's laboratory`, (context) => context.skip(`cannot run: ${provided.why}`))
}
