/**
 * An installation on this machine. Whoever can read its instance key acts as its administrator. When no server runs on
 * the data directory, the embedded database is started for the command and stopped after it.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SECOND } from '@/lib/domain/units'
import { openStore, type Store } from '@/lib/store/client'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { openLocalInstallation } from '../../scripts/lib/local-installation.mjs'
import { root } from '../../scripts/lib/root.mjs'
import { CommandError, EXIT } from './exit'

export type Installation = {
  store: Store
  setupCodeFile: string
  /** a worker reads connections right now; else the command does it itself */
  workerRuns: () => Promise<boolean>
  close: () => Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/** As health says it: a worker without a sign of life for longer is not there. */
const WORKER_LATE_AFTER = 30 * SECOND

/** Opens the installation whose data is in `given`. Makes one when there is none. */
export async function openInstallation(given: string | undefined, environment: Environment): Promise<Installation> {
  const data = resolve(given ?? (environment.SNAPWARDEN_DATA || join(root, '.data')))
  const keyFile = environment.SNAPWARDEN_KEY_FILE ? resolve(environment.SNAPWARDEN_KEY_FILE) : null
  checkKey(keyFile ?? join(data, 'instance.key'))
  const local = await openLocalInstallation({ data, keyFile, databaseUrl: environment.DATABASE_URL || null })
  checkKey(local.keyFile)
  // The registry reads the configuration as every program of ours does.
  Object.assign(process.env, {
    DATABASE_URL: local.databaseUrl,
    SNAPWARDEN_DATA: local.dataDirectory,
    SNAPWARDEN_KEY_FILE: local.keyFile,
  })
  const store = openStore(local.databaseUrl, { maxConnections: 4 })
  return {
    store,
    setupCodeFile: resolve(environment.SNAPWARDEN_SETUP_CODE_FILE || local.setupCodeFile),
    workerRuns: async () => {
      const age = await readWorkerHeartbeatAge(store)
      return age !== null && age < WORKER_LATE_AFTER
    },
    close: async () => {
      await store.close()
      await local.close()
    },
  }
}

/** Being able to read the key is what makes one administrator here. One that is not there yet is made. */
function checkKey(file: string): void {
  try {
    readFileSync(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new CommandError(
      EXIT.notPermitted,
      `forbidden: Only who can read the instance key ${file} may do this. Run the command as its owner.`,
      { cause: error },
    )
  }
}
