/** Why there is no forecast, in the words of `storage.future`. */
import type { Forecast } from '@/lib/domain/forecast'
import { MINUTE } from '@/lib/domain/units'

type Silent = Extract<Forecast, { status: 'silent' }>

/** A single reading is no history: "there is 0 ms" would read as something broken. */
export function silenceWords({ because, hasMillis }: Silent): 'silentShort' | 'silentBegun' | 'silentFigures' {
  if (because === 'figures-missing') return 'silentFigures'
  return hasMillis < MINUTE ? 'silentBegun' : 'silentShort'
}
