/** Frozen file systems are never left behind: whoever froze may be gone, the guest stands still until somebody thaws. */
import { z } from 'zod'
import type { Host } from '../connect'
import { isLibvirtError, LibvirtError } from '../rpc/errors'
import type { DomainRef } from '../rpc/types'

/** The agent's own word, within so many seconds; one that is busy freezing does not answer sooner. */
const AGENT_SECONDS = 5

const statusSchema = z.object({ return: z.enum(['frozen', 'thawed']) })

/** Whether the guest's file systems are frozen; null when the agent does not tell. */
export async function readFreeze(host: Host, domain: DomainRef): Promise<'frozen' | 'thawed' | null> {
  try {
    const answer = await host.client.domains.runAgentCommand(
      domain,
      JSON.stringify({ execute: 'guest-fsfreeze-status' }),
      AGENT_SECONDS,
    )
    const parsed = statusSchema.safeParse(answer === null ? null : JSON.parse(answer))
    return parsed.success ? parsed.data.return : null
  } catch (error) {
    if (error instanceof LibvirtError || error instanceof SyntaxError) return null
    throw error
  }
}

/** Thaws what is still frozen; true when it had to. */
export async function thawIfFrozen(host: Host, domain: DomainRef): Promise<boolean> {
  if ((await readFreeze(host, domain)) !== 'frozen') return false
  try {
    await host.client.domains.thaw(domain)
  } catch (error) {
    // Somebody else thawed it meanwhile: the agent then has nothing to thaw and says so in its own way.
    if (!(error instanceof LibvirtError) || isLibvirtError(error, 'noDomain')) throw error
    if ((await readFreeze(host, domain)) === 'frozen') throw error
  }
  return true
}
