/**
 * An installation on this machine. Whoever can read its instance key acts as its administrator. When no server runs on
 * the data directory, the embedded database is started for the command and stopped after it.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { VERSION } from '@/lib/config'
import { SECOND } from '@/lib/domain/units'
import { openStore, type Store } from '@/lib/store/client'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { lockDataDirectory, openDataDirectory, readRuntime } from '../../scripts/lib/data-directory.mjs'
import { readStartFacts } from '../../scripts/lib/facts.mjs'
import { ensureInstanceKey } from '../../scripts/lib/instance-key.mjs'
import { lockHolder } from '../../scripts/lib/lock.mjs'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { startPostgres } from '../../scripts/lib/postgres.mjs'
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
type DataDirectory = ReturnType<typeof openDataDirectory>

/** A server that is just starting has migrated within this, on a slow machine. */
const START_PATIENCE = 60 * SECOND
const POLL_MILLIS = 200
const WORKER_LATE_AFTER = 30 * SECOND

/** Opens the installation whose data is in `directory`. Makes one when there is none. */
export async function openInstallation(given: string | undefined, environment: Environment): Promise<Installation> {
  const path = resolve(given ?? (environment.SNAPWARDEN_DATA || join(root, '.data')))
  const data = usable(path)
  const keyFile = resolve(environment.SNAPWARDEN_KEY_FILE || join(data.root, 'instance.key'))
  const external = environment.DATABASE_URL || null
  const database = await openDatabase(data, external)
  try {
    const facts = await readStartFacts(database.url)
    if (database.serverRuns) readKey(keyFile)
    else ensureInstanceKey({ file: keyFile, somethingSealed: facts.somethingSealed })
    readKey(keyFile)
    // The registry reads the configuration as every program of ours does.
    Object.assign(process.env, {
      DATABASE_URL: database.url,
      SNAPWARDEN_DATA: data.root,
      SNAPWARDEN_KEY_FILE: keyFile,
    })
    const store = openStore(database.url, { maxConnections: 4 })
    return {
      store,
      setupCodeFile: resolve(environment.SNAPWARDEN_SETUP_CODE_FILE || data.setupCode),
      workerRuns: async () => {
        const age = await readWorkerHeartbeatAge(store)
        return age !== null && age < WORKER_LATE_AFTER
      },
      close: async () => {
        await store.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

function usable(path: string): DataDirectory {
  try {
    return openDataDirectory(path)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (!(error instanceof Error) || (code !== 'EACCES' && code !== 'EPERM')) throw error
    throw new CommandError(EXIT.notPermitted, error.message, { cause: error })
  }
}

/** Being able to read the key is what makes one administrator here. */
function readKey(file: string): void {
  try {
    readFileSync(file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const permitted = error.code !== 'EACCES' && error.code !== 'EPERM'
    throw new CommandError(
      permitted ? EXIT.unavailable : EXIT.notPermitted,
      permitted
        ? `The instance key ${file} cannot be read (${String(error.code)}): point SNAPWARDEN_KEY_FILE at it.`
        : `forbidden: Only who can read the instance key ${file} may do this: run the command as its owner.`,
      { cause: error },
    )
  }
}

type Database = { url: string; serverRuns: boolean; close: () => Promise<void> }

async function openDatabase(data: DataDirectory, external: string | null): Promise<Database> {
  if (lockHolder(data.lock)?.holder === 'server') {
    return { url: await urlOfServer(data), serverRuns: true, close: () => Promise.resolve() }
  }
  const lock = await lockDataDirectory(data, 'command')
  try {
    if (external !== null) {
      // One that is away is said at once: a command is run by somebody who waits.
      await migrate({ url: external })
      return { url: external, serverRuns: false, close: () => Promise.resolve(lock.release()) }
    }
    const server = await startPostgres({
      directory: data.database,
      passwordFile: data.databasePassword,
      log: () => undefined,
    })
    const close = async () => {
      await server.stop()
      lock.release()
    }
    try {
      await migrate({ url: server.url })
    } catch (error) {
      await close()
      throw error
    }
    return { url: server.url, serverRuns: false, close }
  } catch (error) {
    lock.release()
    throw asUnavailable(error)
  }
}

/** The database of the server that runs on this data, once it is of this release. */
async function urlOfServer(data: DataDirectory): Promise<string> {
  const deadline = performance.now() + START_PATIENCE
  for (;;) {
    const runtime = readRuntime(data)
    if (runtime?.migrated === true && runtime.databaseUrl !== '') return runtime.databaseUrl
    if (performance.now() >= deadline) {
      throw new CommandError(EXIT.unavailable, `The server on ${data.root} is not ready (Snapwarden ${VERSION}).`)
    }
    await wait(POLL_MILLIS)
  }
}

/** What the start calls a problem of this machine is, here, a database that is not available. */
function asUnavailable(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof Error) || error.name !== 'Problem') return error
  return new CommandError(EXIT.unavailable, error.message, { cause: error })
}
