import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openDataDirectory, readRuntime } from './data-directory.mjs'
import { readStartFacts, waitForDatabase } from './facts.mjs'
import { ensureInstanceKey } from './instance-key.mjs'
import { endLeftovers } from './leftovers.mjs'
import { lockHolder, waitForLock } from './lock.mjs'
import { migrate } from './migrate.mjs'
import { startPostgres } from './postgres.mjs'
import { Problem } from './problem.mjs'
import { openRotatingLog } from './rotating-log.mjs'
import { startWatchdog } from './watchdog-client.mjs'

/**
 * An installation's data in the hands of one command.
 * @typedef {{
 *   databaseUrl: string, dataDirectory: string, keyFile: string, setupCodeFile: string,
 *   serverRuns: boolean, close: () => Promise<void>
 * }} LocalInstallation
 * `serverRuns`: a server owns these data and its worker is there to be asked; else this command is alone with them.
 */

/** A server that starts on these data needs this long at most before its database answers. */
const SERVER_PATIENCE_MS = 60_000
/** Another command holds the data for as long as it takes: a collection can be minutes. */
const COMMAND_PATIENCE_MS = 120_000
const POLL_MS = 50
/** Somebody waits for the command: a database that is away is said soon. */
const DATABASE_PATIENCE_MS = 5_000
/** What "server or database unavailable" is on the command line. */
const UNAVAILABLE = { exitCode: 5 }

/**
 * Opens an installation's data for a command: through the server that runs on them, else with its own database,
 * started for the command and stopped by `close`. Migrates, and makes the instance key at the very first use.
 * @param {{ data: string, databaseUrl: string | null, keyFile: string | null }} input `data` is absolute;
 *   `databaseUrl` and `keyFile` are what DATABASE_URL and SNAPWARDEN_KEY_FILE say
 * @returns {Promise<LocalInstallation>}
 * @throws {Problem} with one line; exit code 5 where server or database cannot be had
 */
export async function openLocalInstallation({ data, databaseUrl, keyFile }) {
  const directory = openDataDirectory(data)
  const paths = {
    dataDirectory: directory.root,
    keyFile: keyFile ?? join(directory.root, 'instance.key'),
    setupCodeFile: directory.setupCode,
  }
  const running = await runningServer(directory)
  if (running !== null) return { ...paths, databaseUrl: running, serverRuns: true, close: async () => undefined }

  const lock = await waitForLock(directory.lock, 'command', COMMAND_PATIENCE_MS)
  if (!lock.ok) {
    // A server was faster than we: it is as good.
    const url = await runningServer(directory)
    if (url !== null) return { ...paths, databaseUrl: url, serverRuns: true, close: async () => undefined }
    throw new Problem(
      `Another command (process ${lock.holder.pid}) works on ${directory.root}: wait for it to end.`,
      UNAVAILABLE,
    )
  }
  try {
    await endLeftovers(directory)
    const database = databaseUrl === null ? await startOwnDatabase(directory) : await openForeignDatabase(databaseUrl)
    try {
      await migrate({ url: database.url })
      ensureInstanceKey({ file: paths.keyFile, ...(await readStartFacts(database.url)) })
    } catch (error) {
      await database.stop()
      throw error
    }
    return {
      ...paths,
      databaseUrl: database.url,
      serverRuns: false,
      close: async () => {
        await database.stop()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error instanceof Problem ? new Problem(error.message, { ...UNAVAILABLE, cause: error }) : error
  }
}

/**
 * The database of the server that runs on these data, waiting while it starts; null when none runs.
 * @param {import('./data-directory.mjs').DataDirectory} directory
 */
async function runningServer(directory) {
  const deadline = performance.now() + SERVER_PATIENCE_MS
  while (lockHolder(directory.lock)?.holder === 'server') {
    const runtime = readRuntime(directory)
    if (runtime?.migrated) return runtime.databaseUrl
    if (performance.now() >= deadline) {
      throw new Problem(`The server on ${directory.root} is still starting: try again when it is ready.`, UNAVAILABLE)
    }
    await wait(POLL_MS)
  }
  return null
}

/** @param {import('./data-directory.mjs').DataDirectory} directory */
async function startOwnDatabase(directory) {
  const log = openRotatingLog(join(directory.logs, 'postgres.log'))
  const watchdog = startWatchdog()
  try {
    const server = await startPostgres({
      directory: directory.database,
      passwordFile: directory.databasePassword,
      log: log.write,
    })
    watchdog.watch(server.pid, 'database')
    return {
      url: server.url,
      stop: async () => {
        await server.stop()
        watchdog.stop()
      },
    }
  } catch (error) {
    watchdog.stop()
    throw error
  }
}

/** @param {string} url */
async function openForeignDatabase(url) {
  await waitForDatabase({ url, signal: new AbortController().signal, patienceMs: DATABASE_PATIENCE_MS })
  return { url, stop: async () => undefined }
}
