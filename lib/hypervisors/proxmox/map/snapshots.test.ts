import { expect, test } from 'vitest'
import { CURRENT, mapSnapshots } from './snapshots'

const row = (name: string, parent?: string) => ({
  name,
  parent: parent ?? null,
  snaptime: name === CURRENT ? null : 1_760_000_000,
  description: null,
  vmstate: false,
  snapstate: null,
  digest: null,
})
const context = { vmid: '100', drives: [], memoryVolumes: new Map<string, never>() }
const standsOn = (...rows: ReturnType<typeof row>[]) => {
  const { currentParent, currentUnknown, currentParentMissing } = mapSnapshots(rows, context)
  return { currentParent, unknown: currentUnknown === true, missing: currentParentMissing }
}

test('the live entry without a parent says that the guest stands on no snapshot', () => {
  expect(standsOn(row('a'), row(CURRENT))).toEqual({ currentParent: null, unknown: false, missing: null })
  expect(standsOn(row('a'), row(CURRENT, 'a'))).toEqual({ currentParent: 'a', unknown: false, missing: null })
})

test('a live entry that is not listed, or whose parent is not, does not say that it stands on none', () => {
  expect(standsOn(row('a'))).toEqual({ currentParent: null, unknown: true, missing: null })
  expect(standsOn(row('a'), row(CURRENT, 'gone'))).toEqual({ currentParent: null, unknown: true, missing: 'gone' })
  expect(standsOn(row(CURRENT))).toEqual({ currentParent: null, unknown: false, missing: null })
})
