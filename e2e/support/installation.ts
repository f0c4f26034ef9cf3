import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { BUNDLES } from '../../scripts/lib/build-bundle.mjs'
import { root } from '../../scripts/lib/root.mjs'
import { cleanUp, startProduct, temporaryData } from '../../scripts/testing/start-product'

/** A whole Snapwarden for browser tests: real web, worker and database on temporary data, and its administrator. */
export type Installation = {
  readonly url: string
  readonly data: string
  readonly email: string
  readonly password: string
  readonly close: () => Promise<void>
}

/** Starts one. It ends with `close`, or with the process that started it; one that does not come up ends at once. */
export async function startInstallation(): Promise<Installation> {
  const data = temporaryData()
  try {
    const product = await startProduct(data)
    const email = 'admin@snapwarden.test'
    const password = randomBytes(12).toString('base64url')
    await runCommand(['admin', 'create', '--email', email, '--password-stdin', '--data', data], password)
    return { url: `http://127.0.0.1:${product.port}`, data, email, password, close: cleanUp }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/**
 * Runs the command line as an administrator of the machine would.
 * @throws Error with its words when it does not exit with 0
 */
export async function runCommand(args: readonly string[], stdin = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, BUNDLES.cli.output), ...args], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`snapwarden ${args.join(' ')} ended with ${code}: ${stderr}`))
    })
    child.stdin.end(stdin)
  })
}
