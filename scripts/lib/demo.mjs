import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { BUNDLES } from './build-bundle.mjs'
import { Problem } from './problem.mjs'
import { root } from './root.mjs'

/** The demo fleet is made and collected once; on a slow machine that is half a minute. */
const DEMO_TIMEOUT_MS = 120_000

/**
 * Lets the command line prepare the demo fleet on a running installation.
 * @param {import('./data-directory.mjs').DataDirectory} data
 * @returns {Promise<{ email: string, password: string }>} the demo's administrator
 * @throws {Problem} with the command's own words
 */
export async function prepareDemo(data) {
  const args = [join(root, BUNDLES.cli.output), 'demo', 'prepare', '--data', data.root, '--json']
  const { code, stdout, stderr } = await runToEnd(args)
  if (code === 0) return JSON.parse(stdout)
  throw new Problem(`The demo fleet could not be prepared: ${stderr.trim() || `exit code ${code}`}`, { exitCode: 1 })
}

/** @param {string[]} args @returns {Promise<{ code: number | null, stdout: string, stderr: string }>} */
function runToEnd(args) {
  return new Promise((resolve, reject) => {
    const { DATABASE_URL: _readFromTheRunningServer, ...environment } = process.env
    const options = /** @type {const} */ ({
      cwd: root,
      env: environment,
      timeout: DEMO_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const child = spawn(process.execPath, args, options)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
