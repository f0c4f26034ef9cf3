import { mkdir } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** Bundles e2e/labs/proxmox/run.ts (Node 20 runs no TypeScript) and runs it in this process. */
const root = fileURLToPath(new URL('..', import.meta.url))
const outfile = `${root}.cache/lab-proxmox.mjs`
await mkdir(`${root}.cache`, { recursive: true })
await build({
  entryPoints: [`${root}e2e/labs/proxmox/run.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  tsconfig: `${root}tsconfig.json`,
  logLevel: 'warning',
})
await import(pathToFileURL(outfile).href)
