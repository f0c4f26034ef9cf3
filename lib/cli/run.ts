/** From words to a command. Everything that ends a command is turned into one line on stderr and an exit code here. */
import { readArguments, USAGE, usage } from './arguments'
import type { Backend } from './backend'
import {
  adminCreate,
  adminResetPassword,
  auditExport,
  auditVerify,
  collectCommand,
  connectionAdd,
  connectionList,
  connectionTest,
  demoPrepare,
  exportCommand,
  type Session,
  tokenCreate,
} from './commands'
import { CommandError, EXIT, type ExitCode } from './exit'
import { type Installation, openInstallation } from './installation'
import { openLocal } from './local'
import { applyCommand, lookAgainCommand, planCommand, watchCommand } from './operate'
import type { Output } from './output'
import { openRemote } from './remote'
import { probeClear, probeSet, probeShow, probeTry } from './service-probe'

type Command = (session: Session) => Promise<ExitCode>

const COMMANDS: Record<string, Command> = {
  'admin create': adminCreate,
  'admin reset-password': adminResetPassword,
  'token create': tokenCreate,
  'connection add': connectionAdd,
  'connection test': connectionTest,
  'connection list': connectionList,
  collect: collectCommand,
  export: exportCommand,
  'audit verify': auditVerify,
  'audit export': auditExport,
  plan: planCommand,
  apply: applyCommand,
  watch: watchCommand,
  'look-again': lookAgainCommand,
  'probe show': probeShow,
  'probe set': probeSet,
  'probe clear': probeClear,
  'probe try': probeTry,
  'demo prepare': demoPrepare,
}

export type Surroundings = {
  environment: Readonly<Record<string, string | undefined>>
  output: Output
  readStdin: () => Promise<string>
}

/** Runs one command. Never throws. */
export async function runCommand(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  let installation: Installation | null = null
  try {
    const read = readArguments(args)
    if (read.flags.help === true || read.words[0] === 'help') {
      around.output.out(USAGE)
      return EXIT.done
    }
    const command = findCommand(read.words)
    const open = async (): Promise<Installation> => {
      installation ??= await openInstallation(read.flags.data, around.environment)
      return installation
    }
    return await command({
      arguments: read,
      output: around.output,
      readStdin: around.readStdin,
      backend: async () => remoteOf(read, around) ?? openLocal(await open()),
      installation: (name) => {
        // What is told of a log must be of the one that was meant: a server in the environment is as good as the flag.
        if (serverOf(read, around) !== undefined) throw usage(`${name} works on --data, not over --server.`)
        return open()
      },
    })
  } catch (error) {
    return tell(error, around.output)
  } finally {
    await closeQuietly(installation, around.output)
  }
}

function findCommand(words: readonly string[]): Command {
  const [first = '', second = ''] = words
  const command = COMMANDS[`${first} ${second}`] ?? (Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined)
  if (command !== undefined) return command
  throw usage(first === '' ? 'A command is missing.' : `There is no command "${words.slice(0, 2).join(' ')}".`)
}

/** The server that the flags or the environment name. --data says: this machine. */
function serverOf({ flags }: ReturnType<typeof readArguments>, { environment }: Surroundings): string | undefined {
  const server = flags.server ?? (flags.data === undefined ? environment.SNAPWARDEN_SERVER : undefined)
  return server === '' ? undefined : server
}

function remoteOf(read: ReturnType<typeof readArguments>, around: Surroundings): Backend | null {
  const server = serverOf(read, around)
  if (server === undefined) return null
  const token = read.flags.token ?? around.environment.SNAPWARDEN_TOKEN
  if (token === undefined || token === '') throw usage('--server needs --token (or SNAPWARDEN_TOKEN).')
  return openRemote(server, token)
}

function tell(error: unknown, output: Output): ExitCode {
  if (error instanceof CommandError) {
    output.err(`${error.message}\n`)
    return error.exitCode
  }
  // A problem of this machine that the start would tell in the same words.
  if (error instanceof Error && error.name === 'Problem' && 'exitCode' in error) {
    output.err(`${error.message}\n`)
    return error.exitCode === EXIT.usage ? EXIT.usage : EXIT.unavailable
  }
  if (isDatabaseAway(error)) {
    output.err('database-down: The database does not answer. Start Snapwarden, or check DATABASE_URL.\n')
    return EXIT.unavailable
  }
  output.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.bug
}

/** Connection failures of the database: by code, as Node and PostgreSQL give them. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|08\w{3}|57P0\d|53300)$/.test(error.code)
}

async function closeQuietly(installation: Installation | null, output: Output): Promise<void> {
  try {
    await installation?.close()
  } catch (error) {
    // The command has ended and said how; what is left is for whoever looks into it.
    output.err(`closing: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
