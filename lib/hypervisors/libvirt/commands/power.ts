/** The guest's power, its saved memory, and frozen file systems. */
import { SECOND } from '@/lib/domain/units'
import { domainStates } from '../rpc/flags'
import type { DomainRef } from '../rpc/types'
import {
  type CommandContext,
  type CommandOf,
  findDomain,
  type Perform,
  readDomain,
  refuse,
  TaskFailure,
} from './context'
import { thawIfFrozen } from './freeze'
import { waitForNews } from './news'

/** A shutdown shows as an event; should that be lost, the state is looked at so often. */
const LOOK_EVERY_MILLIS = SECOND

/** Of an ACPI press that nobody heard (a boot loader, a menu) the second one may be. */
const PRESS_AGAIN_MILLIS = 30 * SECOND

const OFF: readonly number[] = [domainStates.shutOff, domainStates.crashed]

export const changePower: Perform<'guest.power'> = async (command, context) => {
  const { client } = context.host
  const { signal } = context
  const domain = await findDomain(context, command.guest)
  const { state } = await client.domains.readState(domain, { signal })
  const off = OFF.includes(state)
  if (signal.aborted) refuse({ code: 'interrupted' })
  switch (command.to) {
    case 'on':
      if (!off) return refuse({ code: 'nothing-to-do' })
      context.asking()
      await client.domains.start(domain)
      return []
    case 'off':
      if (off) return refuse({ code: 'nothing-to-do' })
      context.asking()
      await client.domains.destroy(domain)
      return []
    case 'shutdown':
      if (off) return refuse({ code: 'nothing-to-do' })
      return shutDown(command, context, domain)
    case 'resume':
      if (off) return refuse({ code: 'nothing-to-do' })
      context.asking()
      if (state === domainStates.pmSuspended) await client.domains.wakeUp(domain)
      else await client.domains.resume(domain)
      return []
  }
}

/** Asks the guest and waits. Libvirt only passes the wish on: whether and when the guest follows is its own affair. */
async function shutDown(
  { timeLimitMillis }: CommandOf<'guest.power'>,
  context: CommandContext,
  domain: DomainRef,
): Promise<readonly string[]> {
  const { client } = context.host
  const { agent } = await readDomain(context, domain)
  const by = agent === 'connected' ? 'agent' : 'acpi'
  let wake = (): void => undefined
  const subscription = await client.listen(['lifecycle'], (event) => {
    if (event.kind === 'lifecycle' && event.domain.uuid === domain.uuid) wake()
  })
  try {
    context.asking()
    await client.domains.requestShutdown(domain, by)
    context.accepted()
    const since = performance.now()
    let pressedAt = since
    for (;;) {
      const { state } = await client.domains.readState(domain)
      if (OFF.includes(state)) return []
      const now = performance.now()
      const left = timeLimitMillis - (now - since)
      if (left <= 0) {
        throw new TaskFailure({ code: 'not-shut-down', waitedMillis: timeLimitMillis })
      }
      if (by === 'acpi' && now - pressedAt >= PRESS_AGAIN_MILLIS) {
        pressedAt = now
        await client.domains.requestShutdown(domain, 'acpi')
      }
      await waitForNews(Math.min(left, LOOK_EVERY_MILLIS), (news) => {
        wake = news
      })
    }
  } finally {
    void subscription.close()
  }
}

export const thawGuest: Perform<'guest.thaw'> = async (command, context) => {
  const domain = await findDomain(context, command.guest)
  const { agent } = await readDomain(context, domain)
  if (agent !== 'connected') {
    refuse({ code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'no-agent' } })
  }
  context.asking()
  const thawed = await thawIfFrozen(context.host, domain)
  return thawed ? [] : ['nothing was frozen']
}

export const discardSavedMemory: Perform<'guest.discard-saved-memory'> = async (command, context) => {
  const { client } = context.host
  const domain = await findDomain(context, command.guest)
  if (!(await client.domains.hasManagedSave(domain, { signal: context.signal }))) refuse({ code: 'nothing-to-do' })
  context.asking()
  await client.domains.removeManagedSave(domain)
  return []
}
