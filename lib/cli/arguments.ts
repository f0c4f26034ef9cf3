import { parseArgs } from 'node:util'
import { CommandError, EXIT } from './exit'

export const USAGE = `Usage: snapwarden COMMAND [options]

  admin create --email E --password-stdin [--name N]   add an administrator
  admin reset-password --email E --password-stdin      give somebody a new password
  token create --name N --role viewer|operator|admin [--days D]
                                                       make an API token; the secret alone is printed
  connection add --file c.yaml                         add a connection described in a file (- = stdin)
  connection test NAME                                 ask its hypervisor who it is and what we may do
  connection list                                      connections with how reading them goes
  collect [NAME]                                       read one connection, or all, now
  export --json                                        everything known, as JSON
  audit verify                                         check that no entry of the audit log was changed
  audit export                                         the audit log as JSON lines, each with its seal
  plan take GUEST [--name N] [--memory] [--quiesce] [--note T] [--purpose P]
  plan rollback GUEST SNAPSHOT [--safety yes|no] [--shutdown] [--start]
  plan delete GUEST SNAPSHOT… [--children keep|delete]
  plan merge GUEST [--disk D] [--direction commit|pull]
  plan --file intent.json                              show what would be done; - = stdin; --override CHECK,CHECK
  apply PLAN [--digest D] [--typed-name N] [--watch]   do what a plan says
  watch OPERATION                                      follow an operation to its end
  look-again OPERATION                                 read its guest again, and prove what could not be proven
  probe show|clear GUEST                               what is asked of its service after a rollback
  probe set|try GUEST --tcp HOST:PORT | --http URL [--status N] [--any-certificate] [--within SECONDS]
                                                       ask this after every rollback, or once now

Where it works:
  --data DIRECTORY   an installation on this machine (default: SNAPWARDEN_DATA, else .data in the checkout)
  --server URL --token T   an installation elsewhere, by its API (SNAPWARDEN_SERVER, SNAPWARDEN_TOKEN)
  --json             print what the API would answer
  --help             this text

Exit codes: 0 done · 1 refused, the code is on stderr · 2 usage · 3 not permitted · 4 not found
            5 server or database not available · 70 a mistake of ours
`

const OPTIONS = {
  server: { type: 'string' },
  token: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  email: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  days: { type: 'string' },
  file: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  memory: { type: 'boolean' },
  quiesce: { type: 'boolean' },
  start: { type: 'boolean' },
  shutdown: { type: 'boolean' },
  watch: { type: 'boolean' },
  note: { type: 'string' },
  purpose: { type: 'string' },
  children: { type: 'string' },
  disk: { type: 'string' },
  direction: { type: 'string' },
  safety: { type: 'string' },
  override: { type: 'string' },
  digest: { type: 'string' },
  'typed-name': { type: 'string' },
  tcp: { type: 'string' },
  http: { type: 'string' },
  status: { type: 'string' },
  within: { type: 'string' },
  'any-certificate': { type: 'boolean' },
} as const

type Flag = keyof typeof OPTIONS
export type Arguments = {
  words: string[]
  flags: { [Name in Flag]?: ((typeof OPTIONS)[Name]['type'] extends 'boolean' ? boolean : string) | undefined }
}

/** Flags that every command takes. */
const COMMON: readonly Flag[] = ['server', 'token', 'data', 'json', 'help']

/** Reads the command line. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    })
    return { words: positionals, flags: values }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw usage(error.message)
  }
}

/** Refuses flags that the command does not know, and words that are too many. */
export function allowOnly({ words, flags }: Arguments, own: readonly Flag[], mostWords: number): void {
  for (const name of Object.keys(flags) as Flag[]) {
    if (!own.includes(name) && !COMMON.includes(name)) throw usage(`${words.join(' ')} takes no --${name}.`)
  }
  const extra = words[mostWords]
  if (extra !== undefined) throw usage(`${extra} is one word too many.`)
}

/** The value of a flag that must be there. */
export function required(value: string | undefined, flag: string): string {
  if (value === undefined || value === '') throw usage(`${flag} is missing.`)
  return value
}

/** A mistake in the command itself. */
export const usage = (problem: string): CommandError =>
  new CommandError(EXIT.usage, `${problem} "snapwarden --help" lists the commands.`)
