import manifest from '@/package.json'
import { webProcess } from './process'

/** How this installation was started. For administrators: it names places on the server. */
export type InstallationFacts = {
  /** null when nobody said: the request's own Host counts */
  publicUrl: string | null
  listens: string
  database: { host: string; name: string }
  dataDirectory: string
  keyFile: string
  demo: boolean
}

/** Licence of this release, as in package.json. */
export const LICENCE: string = manifest.license

/** What the web process was told at its start, without the secret in the database's address. */
export function installationFacts(): InstallationFacts {
  const { config } = webProcess()
  const database = new URL(config.databaseUrl)
  return {
    publicUrl: config.publicUrl,
    listens: `${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`,
    // A socket directory stands in the query, as libpq has it.
    database: {
      host: database.host !== '' ? database.host : (database.searchParams.get('host') ?? ''),
      name: decodeURIComponent(database.pathname.slice(1)),
    },
    dataDirectory: config.dataDirectory,
    keyFile: config.keyFile,
    demo: config.demo,
  }
}
