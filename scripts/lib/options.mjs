import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_HOST, readPort, readPublicUrl, readTrustedProxies } from '../../lib/settings.mjs'
import { Problem } from './problem.mjs'
import { root } from './root.mjs'

/**
 * How the program was asked to run: flag over environment over default.
 * @typedef {{
 *   port: number, host: string, data: string, databaseUrl: string | null, publicUrl: string | null,
 *   keyFile: string, trustedProxies: string, demo: boolean
 * }} Options
 */

export const USAGE = `npm start -- [options]

  --port N          port to listen on                     (PORT, 3000)
  --host ADDRESS    address to listen on                  (SNAPWARDEN_HOST, 127.0.0.1)
  --data DIRECTORY  data directory                        (SNAPWARDEN_DATA, .data)
  --public-url URL  address people use to reach this one  (SNAPWARDEN_URL)
  --demo            the demo fleet, in DIRECTORY/demo     (never in DATABASE_URL)

DATABASE_URL                 a PostgreSQL you run, instead of the embedded one
SNAPWARDEN_KEY_FILE          the instance key           (DIRECTORY/instance.key)
SNAPWARDEN_TRUSTED_PROXIES   addresses whose X-Forwarded-* headers count
`

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Options | 'help'}
 * @throws {Problem} naming the option that is unknown or malformed
 */
export function readOptions(args, environment) {
  const flags = parse(args)
  if (flags.help) return 'help'
  const demo = flags.demo === true
  const base = resolve(flags.data ?? nonEmpty(environment.SNAPWARDEN_DATA) ?? join(root, '.data'))
  const data = demo ? join(base, 'demo') : base
  // A demo administrator whose password is printed has no business in a database that people work with.
  const databaseUrl = demo ? null : (nonEmpty(environment.DATABASE_URL) ?? null)
  return {
    port: asProblem(() => readPort(flags.port ?? environment.PORT)),
    host: flags.host ?? nonEmpty(environment.SNAPWARDEN_HOST) ?? DEFAULT_HOST,
    data,
    databaseUrl: checkDatabaseUrl(databaseUrl),
    publicUrl: asProblem(() => readPublicUrl(flags['public-url'] ?? environment.SNAPWARDEN_URL)),
    keyFile: resolve(nonEmpty(environment.SNAPWARDEN_KEY_FILE) ?? join(data, 'instance.key')),
    trustedProxies: asProblem(() => readTrustedProxies(environment.SNAPWARDEN_TRUSTED_PROXIES)).join(','),
    demo,
  }
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        'public-url': { type: 'string' },
        demo: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Problem(`${error.message.replace(/\.$/, '')}. "npm start -- --help" lists the options.`, { cause: error })
  }
}

/** An empty variable (as compose files pass an unset one) counts as unset. @param {string | undefined} text */
function nonEmpty(text) {
  return text === undefined || text === '' ? undefined : text
}

/**
 * @template T
 * @param {() => T} read
 * @returns {T}
 */
function asProblem(read) {
  try {
    return read()
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** @param {string | null} text */
function checkDatabaseUrl(text) {
  if (text === null || (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol))) return text
  throw new Problem('DATABASE_URL must look like postgresql://user:password@host:5432/database.')
}
