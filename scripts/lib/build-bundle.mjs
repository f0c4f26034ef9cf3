import { join } from 'node:path'
import { root } from './root.mjs'

/** Our programs that run outside Next: what each is built from, and what it becomes. Node 20 runs no TypeScript. */
export const BUNDLES = /** @type {const} */ ({
  web: { entry: 'scripts/web/server.ts', output: 'build/web.mjs' },
  worker: { entry: 'lib/worker/main.ts', output: 'build/worker.mjs' },
  cli: { entry: 'lib/cli/main.ts', output: 'build/cli.mjs' },
})

/** @typedef {keyof typeof BUNDLES} BundleName */

/**
 * How esbuild makes one of our programs: our code in one file, packages left in node_modules.
 * @param {BundleName} name
 * @returns {import('esbuild').BuildOptions}
 */
export function bundleOptions(name) {
  return {
    absWorkingDir: root,
    entryPoints: [join(root, BUNDLES[name].entry)],
    outfile: join(root, BUNDLES[name].output),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    tsconfig: join(root, 'tsconfig.json'),
    logLevel: 'silent',
  }
}

/**
 * Builds one of our programs.
 * @param {BundleName} name
 * @throws with esbuild's messages when the sources do not build
 */
export async function buildBundle(name) {
  const { build, stop } = await import('esbuild')
  try {
    await build(bundleOptions(name))
  } finally {
    // esbuild's helper process would live as long as we do.
    await stop()
  }
}
