import { expect, it } from 'vitest'
import { asId } from '@/lib/domain/ids'
import type { StepCost } from '@/lib/domain/plan'
import { GIB, MIB } from '@/lib/domain/units'
import { latest, mostNeeding, staysOff } from './plan-facts'

const cost = (key: string, needs: number | null): StepCost =>
  ({ key: asId(key), needs: { min: 0, max: needs, confidence: 'at-most' } }) as never

it('marks the step that needs most only where it stands out', () => {
  expect(mostNeeding([cost('a', 3 * GIB), cost('b', 9 * GIB), cost('c', 0)])).toBe('b')
  expect(mostNeeding([cost('a', 9 * GIB)])).toBeNull()
  expect(mostNeeding([cost('a', 9 * GIB), cost('b', 9 * GIB)])).toBeNull()
  expect(mostNeeding([cost('a', 256 * MIB), cost('b', 0)])).toBeNull()
  expect(mostNeeding([cost('a', null), cost('b', 2 * GIB)])).toBe('a')
})

it('says that guests are off throughout only where nothing stops and every one ends so', () => {
  const parts = (...powers: string[]) => powers.map((power) => ({ predicted: { power } })) as never
  expect(staysOff({ downtime: 'none', parts: parts('stopped', 'stopped') })).toBe(true)
  expect(staysOff({ downtime: 'none', parts: parts('stopped', 'running') })).toBe(false)
  expect(staysOff({ downtime: 'off', parts: parts('stopped') })).toBe(false)
  expect(staysOff({ downtime: 'none', parts: parts() })).toBe(false)
})

it('takes what was read after the tick of the clock as read now', () => {
  expect(latest('2026-11-27T10:00:09.000Z', '2026-11-27T10:00:00.000Z')).toBe('2026-11-27T10:00:09.000Z')
})
