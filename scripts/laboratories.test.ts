import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

describe('a laboratory by hand', () => {
  it.each(['libvirt', 'proxmox'])('%s needs nothing that an installation to run does not have', async (name) => {
    const { metafile } = await build({
      entryPoints: [join(ROOT, 'e2e', 'labs', name, 'run.ts')],
      absWorkingDir: ROOT,
      bundle: true,
      format: 'esm',
      metafile: true,
      packages: 'external',
      platform: 'node',
      write: false,
      outfile: 'run.mjs',
    })
    const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.flatMap(({ external, path }) => (external && !path.startsWith('node:') ? [path] : [])),
    )
    expect(outside.filter((path) => !(path in dependencies))).toEqual([])
  })
})
