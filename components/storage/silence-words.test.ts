import { expect, it } from 'vitest'
import { DAY, MINUTE } from '@/lib/domain/units'
import { silenceWords } from './silence-words'

it('counts no time of history before there is any to count', () => {
  const short = { status: 'silent', because: 'history-short' } as const
  expect(silenceWords({ ...short, hasMillis: 0 })).toBe('silentBegun')
  expect(silenceWords({ ...short, hasMillis: MINUTE })).toBe('silentShort')
  expect(silenceWords({ ...short, hasMillis: 2 * DAY })).toBe('silentShort')
  expect(silenceWords({ status: 'silent', because: 'figures-missing', hasMillis: 0 })).toBe('silentFigures')
})
