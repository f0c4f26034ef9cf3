/** probe show, set, clear, try: what is asked of a guest's service after a rollback. */
import { PROBE_WITHIN, probeTarget, type ServiceProbe } from '@/lib/domain/service-probe'
import { SECOND } from '@/lib/domain/units'
import { type Arguments, allowOnly, required, usage } from './arguments'
import type { Backend } from './backend'
import type { Session } from './commands'
import { EXIT, type ExitCode } from './exit'
import { guestIdOf } from './guest-id'
import { printable, reasonLine, valueFrom, writeJson } from './output'

const TARGET = ['tcp', 'http', 'status', 'any-certificate', 'within'] as const

export async function probeShow(session: Session): Promise<ExitCode> {
  const { backend, id } = await begin(session, [])
  const answer = valueFrom(await backend.serviceProbe(id))
  if (session.arguments.flags.json === true) writeJson(session.output, answer)
  else session.output.out(`${answer.probe === null ? 'Nothing is asked after a rollback.' : inWords(answer.probe)}\n`)
  return EXIT.done
}

export async function probeSet(session: Session): Promise<ExitCode> {
  const probe = readProbe(session.arguments)
  const { backend, id } = await begin(session, TARGET)
  const answer = valueFrom(await backend.setServiceProbe(id, probe))
  if (session.arguments.flags.json === true) writeJson(session.output, answer)
  else if (answer.probe !== null) session.output.out(`${inWords(answer.probe)}\n`)
  return EXIT.done
}

export async function probeClear(session: Session): Promise<ExitCode> {
  const { backend, id } = await begin(session, [])
  const answer = valueFrom(await backend.setServiceProbe(id, null))
  if (session.arguments.flags.json === true) writeJson(session.output, answer)
  else session.output.out('Nothing is asked after a rollback any more.\n')
  return EXIT.done
}

/** Asks once, now: what the flags say, else what is set. Exit 1 when the service does not answer as it should. */
export async function probeTry(session: Session): Promise<ExitCode> {
  const { flags } = session.arguments
  const given = flags.tcp === undefined && flags.http === undefined ? null : readProbe(session.arguments)
  const { backend, id } = await begin(session, TARGET)
  const probe = given ?? valueFrom(await backend.serviceProbe(id)).probe
  if (probe === null) throw usage('Nothing is set: say what to ask with --tcp HOST:PORT or --http URL.')
  const found = valueFrom(await backend.tryServiceProbe(id, probe))
  if (flags.json === true) writeJson(session.output, found)
  if (found.result === 'pass') {
    if (flags.json !== true) session.output.out(printable(`${probeTarget(probe)} answers as it should.\n`))
    return EXIT.done
  }
  session.output.err(`${reasonLine(found.why)}\n`)
  return EXIT.refused
}

async function begin(
  session: Session,
  own: Parameters<typeof allowOnly>[1],
): Promise<{ backend: Backend; id: string }> {
  allowOnly(session.arguments, own, 3)
  const name = required(session.arguments.words[2], 'the guest')
  const backend = await session.backend()
  return { backend, id: await guestIdOf(backend, name) }
}

function readProbe({ flags }: Arguments): ServiceProbe {
  const { tcp, http, status, within } = flags
  if ((tcp === undefined) === (http === undefined)) throw usage('Say what to ask: --tcp HOST:PORT or --http URL.')
  const withinMillis = within === undefined ? PROBE_WITHIN.usual : wholeNumber(within, '--within') * SECOND
  if (http !== undefined) {
    const expectedStatus = status === undefined ? 200 : wholeNumber(status, '--status')
    return { kind: 'http', url: http, expectedStatus, anyCertificate: flags['any-certificate'] === true, withinMillis }
  }
  if (status !== undefined || flags['any-certificate'] === true) {
    throw usage('--status and --any-certificate belong to --http.')
  }
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(tcp ?? '') ?? []
  if (host === '') throw usage('--tcp is HOST:PORT, with an IPv6 address in brackets.')
  return { kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port), withinMillis }
}

function wholeNumber(text: string, flag: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usage(`${flag} is a whole number; "${text}" is not.`)
  return Number(text)
}

function inWords(probe: ServiceProbe): string {
  const wants = probe.kind === 'tcp' ? 'an open port' : `status ${probe.expectedStatus}`
  const trust = probe.kind === 'http' && probe.anyCertificate ? ', any certificate' : ''
  return printable(
    `After a rollback ${probeTarget(probe)} is asked: ${wants}${trust}, within ${probe.withinMillis / SECOND} s.`,
  )
}
