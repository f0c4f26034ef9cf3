/** The commands, one function each. They answer with an exit code, or end with a CommandError. */

import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { ROLES } from '@/lib/domain/permission'
import { exportAudit } from '@/lib/services/audit/export'
import { verifyAuditLog } from '@/lib/services/audit/verify'
import { addDemo } from '@/lib/services/demo/add'
import { createToken, createTokenInput } from '@/lib/services/token/create'
import { createUser, createUserInput } from '@/lib/services/user/create'
import { resetPassword } from '@/lib/services/user/reset-password'
import { findUserByEmail } from '@/lib/store/users'
import { type Arguments, allowOnly, required, usage } from './arguments'
import type { Backend, ProgramCollect, ProgramConnection } from './backend'
import { readConnectionFile } from './connection-file'
import { CommandError, EXIT, type ExitCode } from './exit'
import { writeExport } from './export'
import type { Installation } from './installation'
import { localContext } from './local'
import { type Output, printable, refuse, valueFrom, writeJson, writeTable } from './output'

export type Session = {
  arguments: Arguments
  output: Output
  readStdin: () => Promise<string>
  /** the installation or the API, as the flags say */
  backend: () => Promise<Backend>
  /** the installation on this machine; a usage error with --server */
  installation: (command: string) => Promise<Installation>
}

/** The first line of stdin: what a pipe or a here-document gives. */
async function readPassword({ arguments: { flags }, readStdin }: Session): Promise<string> {
  if (flags['password-stdin'] !== true) throw usage('--password-stdin is missing: the password is read from there.')
  const [password = ''] = (await readStdin()).split(/\r?\n/)
  if (password === '') throw usage('stdin holds no password.')
  return password
}

export async function adminCreate(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, ['email', 'name', 'password-stdin'], 2)
  const { flags } = session.arguments
  const email = required(flags.email, '--email')
  const password = await readPassword(session)
  const installation = await session.installation('admin create')
  const input = { email, name: flags.name ?? email.split('@')[0] ?? email, role: 'admin', password }
  const parsed = createUserInput.safeParse(input)
  if (!parsed.success)
    throw usage(parsed.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}.`).join(' '))
  const { id } = valueFrom(await createUser({ ctx: localContext(installation), input: parsed.data }))
  await rm(installation.setupCodeFile, { force: true })
  if (flags.json === true) writeJson(session.output, { id, email: parsed.data.email, role: 'admin' })
  else session.output.out(`Administrator ${parsed.data.email} created.\n`)
  return EXIT.done
}

export async function adminResetPassword(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, ['email', 'password-stdin'], 2)
  const { flags } = session.arguments
  const email = required(flags.email, '--email').trim().toLowerCase()
  const password = await readPassword(session)
  const installation = await session.installation('admin reset-password')
  const user = await findUserByEmail(installation.store, email)
  if (user === null) return refuse({ code: 'missing', what: 'user', name: email })
  valueFrom(await resetPassword({ ctx: localContext(installation), input: { id: user.id, password } }))
  if (flags.json === true) writeJson(session.output, { id: user.id, email })
  else session.output.out(`Password of ${email} changed; their sessions ended.\n`)
  return EXIT.done
}

export async function tokenCreate(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, ['name', 'role', 'days'], 2)
  const { flags } = session.arguments
  const role = required(flags.role, '--role')
  if (!ROLES.some((known) => known === role)) throw usage(`--role is one of ${ROLES.join(', ')}; "${role}" is not.`)
  const days = flags.days === undefined ? {} : { days: flags.days }
  const parsed = createTokenInput.safeParse({ name: required(flags.name, '--name'), role, ...days })
  if (!parsed.success)
    throw usage(parsed.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}.`).join(' '))
  const installation = await session.installation('token create')
  const token = valueFrom(await createToken({ ctx: localContext(installation), input: parsed.data }))
  if (flags.json === true) writeJson(session.output, { ...token, name: parsed.data.name, role })
  else session.output.out(`${token.secret}\n`)
  return EXIT.done
}

export async function connectionAdd(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, ['file'], 2)
  const { flags } = session.arguments
  const body = await readConnectionFile(required(flags.file, '--file'), session.readStdin)
  const backend = await session.backend()
  const connection = valueFrom(await backend.addConnection(body))
  if (flags.json === true) writeJson(session.output, connection)
  else session.output.out(`Connection ${connection.name} added (${connection.mode}).\n`)
  return EXIT.done
}

export async function connectionList(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const backend = await session.backend()
  const connections = byName(valueFrom(await backend.connections()))
  if (session.arguments.flags.json === true) {
    writeJson(session.output, { items: connections, nextCursor: null })
    return EXIT.done
  }
  writeTable(
    session.output,
    ['NAME', 'KIND', 'MODE', 'STATE', 'LAST ANSWER', 'GUESTS', 'ERROR'],
    connections.map((connection) => [
      connection.name,
      connection.demo ? `${connection.kind} (demo)` : connection.kind,
      connection.mode,
      connection.state,
      connection.lastAnswerAt ?? 'never',
      connection.guestCount === null ? '?' : String(connection.guestCount),
      connection.lastError?.code ?? '',
    ]),
  )
  return EXIT.done
}

export async function connectionTest(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 3)
  const name = session.arguments.words[2]
  if (name === undefined) throw usage('connection test needs the name of a connection.')
  const backend = await session.backend()
  const { id } = named(valueFrom(await backend.connections()), name)
  const test = valueFrom(await backend.testConnection(id))
  if (session.arguments.flags.json === true) {
    writeJson(session.output, test)
    return EXIT.done
  }
  const { product, version, node, guests } = test
  session.output.out(
    `${product} ${version} on ${node}, ${guests === null ? 'guests not counted' : `${guests} guests`}\n`,
  )
  writeTable(
    session.output,
    ['ABILITY', 'GRANTED', ''],
    test.access.map(({ ability, granted, why }) => [ability, granted, codeOf(why)]),
  )
  return EXIT.done
}

const codeOf = (why: unknown): string =>
  typeof why === 'object' && why !== null && 'code' in why && typeof why.code === 'string' ? why.code : ''

export async function collectCommand(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const name = session.arguments.words[1]
  const json = session.arguments.flags.json === true
  const backend = await session.backend()
  const all = byName(valueFrom(await backend.connections()))
  const wanted = name === undefined ? all : [named(all, name)]
  const answers: unknown[] = []
  let exitCode: ExitCode = EXIT.done
  for (const connection of wanted) {
    const answer = await collectOne(backend, connection, session.output, name === undefined)
    if (answer === null) {
      exitCode = EXIT.refused
      continue
    }
    answers.push(name === undefined ? { connection: connection.name, ...answer } : answer)
    // Nothing of the guests could be read: stored as it is, and a "no" to whoever asked for a reading.
    const silent = answer.unread.find(({ section, subject }) => section === 'guests' && (subject ?? null) === null)
    if (silent !== undefined) {
      exitCode = EXIT.refused
      session.output.err(`${silent.code}: ${connection.name} could not be read.\n`)
    }
    if (!json) {
      const rest = answer.unread.length === 0 ? '' : `, ${answer.unread.length} parts unread`
      session.output.out(`${connection.name} read at ${answer.finishedAt}${rest}\n`)
    }
  }
  if (json) writeJson(session.output, name === undefined ? { items: answers } : answers[0])
  return exitCode
}

/** One of several that says no keeps no other from being read; what concerns all of them ends the command. */
async function collectOne(
  backend: Backend,
  { id, name }: ProgramConnection,
  output: Output,
  goesOn: boolean,
): Promise<ProgramCollect | null> {
  try {
    return valueFrom(await backend.collect(id))
  } catch (error) {
    const isItsOwn =
      error instanceof CommandError && (error.exitCode === EXIT.refused || error.exitCode === EXIT.notFound)
    if (!goesOn || !isItsOwn) throw error
    output.err(`${error.message.replace(/^[\w-]+: /, (code) => `${code}${printable(name)}: `)}\n`)
    return null
  }
}

export async function exportCommand(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 1)
  if (session.arguments.flags.json !== true) throw usage('export writes JSON only: export --json.')
  await writeExport(await session.backend(), session.output, valueFrom)
  return EXIT.done
}

/** Checks the chain of the audit log. Exit 1 when an entry was changed, removed or put in. */
export async function auditVerify(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const ctx = localContext(await session.installation('audit verify'))
  const verdict = valueFrom(await verifyAuditLog({ ctx, input: {} }))
  if (session.arguments.flags.json === true) writeJson(session.output, verdict)
  else if (verdict.intact) session.output.out(`${verdict.entries} entries, intact; the last seal is ${verdict.head}\n`)
  if (verdict.intact) return EXIT.done
  session.output.err(`changed: entry ${verdict.brokenAt} of the audit log is not what was written.\n`)
  return EXIT.refused
}

/** The audit log as JSON lines, each with the seal it can be checked by. */
export async function auditExport(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const ctx = localContext(await session.installation('audit export'))
  for await (const entry of valueFrom(await exportAudit({ ctx, input: {} }))) {
    session.output.out(`${JSON.stringify(entry)}\n`)
  }
  return EXIT.done
}

const DEMO_EMAIL = 'demo@snapwarden.example'

/** For `npm start -- --demo`: a demo administrator with a new random password, and the demo fleet. */
export async function demoPrepare(session: Session): Promise<ExitCode> {
  allowOnly(session.arguments, [], 2)
  const installation = await session.installation('demo prepare')
  const ctx = localContext(installation)
  const password = randomBytes(15).toString('base64url')
  const known = await findUserByEmail(installation.store, DEMO_EMAIL)
  if (known === null) {
    const input = { email: DEMO_EMAIL, name: 'Demo', role: 'admin', password } as const
    valueFrom(await createUser({ ctx, input }))
  } else valueFrom(await resetPassword({ ctx, input: { id: known.id, password } }))
  valueFrom(await addDemo({ ctx, input: {} }))
  writeJson(session.output, { email: DEMO_EMAIL, password })
  return EXIT.done
}

const byName = (connections: readonly ProgramConnection[]) =>
  [...connections].sort((one, other) => one.name.localeCompare(other.name, 'en'))

function named(connections: readonly ProgramConnection[], name: string): ProgramConnection {
  return (
    connections.find((connection) => connection.name === name) ?? refuse({ code: 'missing', what: 'connection', name })
  )
}
