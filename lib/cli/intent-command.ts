/** The command line that makes a plan of an intent: what is offered instead can be copied and run. */
import type { Intent } from '@/lib/domain/plan'
import type { Arguments } from './arguments'
import { shellWord } from './words'

/** `snapwarden plan …` where flags can say it, else the intent itself on stdin. */
export function planCommandLine(intent: Intent, given: Arguments): string {
  const words = wordsOf(intent)
  if (words !== null) return commandLine(given, 'plan', ...words)
  return `echo ${shellWord(JSON.stringify(intent))} | ${commandLine(given, 'plan', '--file', '-')}`
}

/** A command that works where this one worked. The token stays where it came from. */
export function commandLine({ flags }: Arguments, ...words: string[]): string {
  const place =
    flags.server !== undefined ? ['--server', flags.server] : flags.data !== undefined ? ['--data', flags.data] : []
  return ['snapwarden', ...words, ...place].map(shellWord).join(' ')
}

/** null = holds what no flag says. */
function wordsOf(intent: Intent): string[] | null {
  const override = intent.override === undefined ? [] : ['--override', intent.override.join(',')]
  switch (intent.do) {
    case 'rollback': {
      // The name a plan filled in for the safety snapshot is made again.
      const { guestId, snapshotId, safetySnapshot, shutdown, startAfter, deleteNewer } = intent
      if (deleteNewer !== undefined || shutdown === false || startAfter === false) return null
      const safety = safetySnapshot === undefined ? [] : ['--safety', safetySnapshot ? 'yes' : 'no']
      const wish = [...(shutdown === true ? ['--shutdown'] : []), ...(startAfter === true ? ['--start'] : [])]
      return ['rollback', guestId, snapshotId, ...safety, ...wish, ...override]
    }
    case 'delete':
      return ['delete', intent.guestId, ...intent.snapshotIds, '--children', intent.children, ...override]
    case 'merge': {
      const { disk, direction } = intent
      const which = [
        ...(disk === undefined ? [] : ['--disk', disk]),
        ...(direction === undefined ? [] : ['--direction', direction]),
      ]
      return ['merge', intent.guestId, ...which, ...override]
    }
    case 'take': {
      const { guestId, name, memory, quiesce, kind, note, purpose, owner, expiresAt } = intent
      if (kind !== undefined || owner !== undefined || expiresAt !== undefined) return null
      const texts = Object.entries({ name, note, purpose }).flatMap(([flag, text]) =>
        text === undefined ? [] : [`--${flag}`, text],
      )
      const holds = [...(memory ? ['--memory'] : []), ...(quiesce ? ['--quiesce'] : [])]
      return ['take', guestId, ...holds, ...texts, ...override]
    }
    case 'repair':
    case 'batch':
      return null
  }
}
