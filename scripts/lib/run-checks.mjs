import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/**
 * A check is a program that passes or fails as a whole. Its output is kept and shown when it fails.
 * @typedef {{ name: string, program: string, args: readonly string[] }} Check
 * @typedef {{ name: string, passed: boolean, output: string, seconds: number }} CheckResult
 */

/** What `npm run verify` asks beside the unit tests. Programs are paths inside node_modules. */
export const STATIC_CHECKS = /** @type {readonly Check[]} */ ([
  { name: 'types (tsc)', program: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'format and lint (biome)', program: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'who imports whom (dependency-cruiser)',
    program: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: [
      '--config',
      '.dependency-cruiser.cjs',
      ...['app', 'components', 'lib', 'scripts', 'e2e', 'proxy.ts'].filter((name) => existsSync(join(root, name))),
    ],
  },
])

/**
 * Runs checks two at a time (the machine we promise has two cores) and tells each result as it comes.
 * @param {readonly Check[]} checks
 * @param {(result: CheckResult) => void} tell
 * @returns {Promise<CheckResult[]>}
 */
export async function runChecks(checks, tell) {
  const waiting = [...checks]
  /** @type {CheckResult[]} */
  const results = []
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runCheck(check)
      results.push(result)
      tell(result)
    }
  }
  await Promise.all([lane(), lane()])
  return results
}

/** @param {Check} check @returns {Promise<CheckResult>} */
async function runCheck({ name, program, args }) {
  const began = performance.now()
  const { code, output } = await runTool(program, args, 'pipe')
  return { name, passed: code === 0, output, seconds: (performance.now() - began) / 1000 }
}

/**
 * Runs a program of node_modules at the checkout's root.
 * @param {string} program path inside node_modules
 * @param {readonly string[]} args
 * @param {'pipe' | 'inherit'} output `inherit` shows it as it comes and keeps nothing
 * @param {Record<string, string>} [environment]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function runTool(program, args, output, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', output, output],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: text }))
  })
}

/**
 * Next writes types of its routes while it builds; a fresh clone has none and TypeScript asks for them.
 */
export async function ensureRouteTypes() {
  if (existsSync(join(root, '.next', 'types', 'routes.d.ts')) && existsSync(join(root, 'next-env.d.ts'))) return
  await runTool('next/dist/bin/next', ['typegen'], 'pipe', { NEXT_TELEMETRY_DISABLED: '1' })
}
