import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BUNDLES } from './build-bundle.mjs'
import { root } from './root.mjs'
import { runProgram } from './run-program.mjs'

/**
 * Starts the command line from a checkout as it is: installs packages when they are missing (and says so), builds the
 * command line, nothing else, when its sources changed, and hands over to it. Everything said goes to stderr.
 */
export async function startCommandLine() {
  await runProgram(async () => {
    const { ensureInstalled } = await import('./install.mjs')
    const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)
    await ensureInstalled({ dev: false, say })
    const { ensureBuilt } = await import('./build.mjs')
    const program = join(root, BUNDLES.cli.output)
    // A first build takes some seconds; later ones a fraction of one, which nobody needs to hear about.
    await ensureBuilt({ parts: ['generate', 'cli'], say: existsSync(program) ? () => undefined : say })
    await import(pathToFileURL(program).href)
  })
}
