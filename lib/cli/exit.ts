/** How a command ends. The contract's codes; scripts branch on them. */
import type { Reason } from '@/lib/domain/reason'

export const EXIT = { done: 0, refused: 1, usage: 2, notPermitted: 3, notFound: 4, unavailable: 5, bug: 70 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A command that does not go on: one line on stderr, and the code to exit with. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: ExitCode
  constructor(exitCode: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(message.replace(/\s*\n\s*/g, ' '), options.cause === undefined ? undefined : { cause: options.cause })
    this.exitCode = exitCode
  }
}

/** Which code a refusal exits with. */
export function exitCodeOf(why: Pick<Reason, 'code'>): ExitCode {
  switch (why.code) {
    case 'unauthenticated':
    case 'forbidden':
      return EXIT.notPermitted
    case 'missing':
      return EXIT.notFound
    case 'invalid':
      return EXIT.usage
    case 'worker-late':
    case 'database-away':
      return EXIT.unavailable
    case 'failed':
      return EXIT.bug
    default:
      return EXIT.refused
  }
}
