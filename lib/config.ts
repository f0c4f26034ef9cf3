import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import manifest from '../package.json'
import { DEFAULT_HOST, readPort, readPublicUrl, readTrustedProxies } from './settings.mjs'

/**
 * What this installation was told at its start. The launcher fills the environment of web and worker; a process started
 * by hand (scale-out on a PostgreSQL of one's own) reads the same names. Holds a secret: never log it whole.
 */
export type Config = {
  /** With its password: only the store may use it. */
  readonly databaseUrl: string
  readonly dataDirectory: string
  /** File with the instance key (32 bytes, base64). */
  readonly keyFile: string
  /** File with the one-time set-up code; it exists only while no administrator does. */
  readonly setupCodeFile: string
  /** How people reach us (scheme and authority), or null when nobody said: then the request's own Host counts. */
  readonly publicUrl: string | null
  /** Addresses and networks (CIDR) whose X-Forwarded-* headers we believe. */
  readonly trustedProxies: readonly string[]
  readonly host: string
  readonly port: number
  /** The demo fleet was asked for at start. */
  readonly demo: boolean
  /** Random name of this run of the program: tells two web or worker processes apart. */
  readonly instance: string
  readonly version: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Version of this release, as in package.json. */
export const VERSION: string = manifest.version

/** Where the server is: names made from a template hold its time, whoever reads them from wherever. */
export const serverTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/**
 * Reads the configuration from the environment.
 * @throws Error naming the variable that is missing or malformed: the launcher checked them, so that is a bug or a hand-made start
 */
export function readConfig(environment: Environment = process.env): Config {
  const dataDirectory = resolve(environment.SNAPWARDEN_DATA ?? '.data')
  return {
    databaseUrl: required(environment, 'DATABASE_URL'),
    dataDirectory,
    keyFile: resolve(environment.SNAPWARDEN_KEY_FILE ?? join(dataDirectory, 'instance.key')),
    setupCodeFile: resolve(environment.SNAPWARDEN_SETUP_CODE_FILE ?? join(dataDirectory, 'setup-code')),
    publicUrl: readPublicUrl(environment.SNAPWARDEN_URL),
    trustedProxies: readTrustedProxies(environment.SNAPWARDEN_TRUSTED_PROXIES),
    host: environment.SNAPWARDEN_HOST ?? DEFAULT_HOST,
    port: readPort(environment.PORT),
    demo: environment.SNAPWARDEN_DEMO === '1',
    instance: environment.SNAPWARDEN_INSTANCE ?? `process-${process.pid}`,
    version: VERSION,
  }
}

/**
 * What links in notices begin with: the worker and the test button say the same. Without a public address it is where the
 * web server listens, by this machine's name where that is every address.
 */
export function readNoticeUrl(environment: Environment = process.env): string {
  const { publicUrl, host, port } = readConfig(environment)
  if (publicUrl !== null) return publicUrl
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function required(environment: Environment, name: string): string {
  const value = environment[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set`)
  return value
}
