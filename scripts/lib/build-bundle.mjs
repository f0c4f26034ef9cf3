import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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
  return optionsFor(BUNDLES[name])
}

/**
 * @param {{ entry: string, output: string }} program
 * @returns {import('esbuild').BuildOptions}
 */
function optionsFor({ entry, output }) {
  return {
    absWorkingDir: root,
    entryPoints: [join(root, entry)],
    outfile: join(root, output),
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
  await buildOnce(bundleOptions(name))
}

/**
 * Builds a program of developers, which no installation needs, whenever it is run.
 * @param {string} entry path of its TypeScript
 * @param {string} output path of the bundle
 * @returns {Promise<string>} the URL to import it from
 * @throws with esbuild's messages when the sources do not build
 */
export async function buildScript(entry, output) {
  await buildOnce(optionsFor({ entry, output }))
  return pathToFileURL(join(root, output)).href
}

/** @param {import('esbuild').BuildOptions} options */
async function buildOnce(options) {
  const { build, stop } = await import('esbuild')
  try {
    await build(options)
  } finally {
    // esbuild's helper process would live as long as we do.
    await stop()
  }
}
