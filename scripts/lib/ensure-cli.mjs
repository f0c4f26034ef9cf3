import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { BUNDLES } from './build-bundle.mjs'
import { ensureInstalled } from './install.mjs'
import { root } from './root.mjs'

/**
 * Makes sure the command line can run from this checkout, however fresh: installs and builds what it needs, and
 * nothing of the web side.
 * @returns {Promise<string>} the file to import
 */
export async function ensureCli() {
  const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
  await ensureInstalled({ dev: false, say })
  await ensureBuilt({ parts: ['generate', 'cli'], say })
  return join(root, BUNDLES.cli.output)
}
