/** What a program branches on. */
import type { Reason } from '@/lib/domain/reason'

/** The code a program hears for a refusal, from the API and the command line alike: the contract's where it names one. */
export function codeOf({ code }: Pick<Reason, 'code'>): string {
  if (code === 'missing') return 'not-found'
  if (code === 'already-exists') return 'conflict'
  return code
}
