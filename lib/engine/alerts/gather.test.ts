import { describe, expect, it } from 'vitest'
import { type AlertId, asId, type GuestId, type StorageId } from '@/lib/domain/ids'
import { anAlert, START } from '@/lib/engine/alerts/testing'
import { gatherAlike } from './gather'

const onGuest = (name: string, patch: Parameters<typeof anAlert>[0] = {}) =>
  anAlert({
    id: asId<AlertId>(name),
    kind: 'snapshot-age',
    severity: 'warning',
    subject: { of: 'guest', id: asId<GuestId>(name) },
    ...patch,
  })
const seen = (alerts: ReturnType<typeof anAlert>[]) =>
  gatherAlike(alerts).map((each) => ('guests' in each ? [each.kind, each.guests] : each.id))
const many = (count: number) => Array.from({ length: count }, (_, place) => onGuest(`g${place}`))

describe('warnings of many guests', () => {
  it('are one thing, in the place of the first; three are still three', () => {
    const other = onGuest('deep', { kind: 'chain-depth' })
    expect(seen([...many(4), other])).toEqual([['snapshot-age', 4], 'deep'])
    expect(seen([other, ...many(4)])).toEqual(['deep', ['snapshot-age', 4]])
    expect(seen(many(3))).toEqual(['g0', 'g1', 'g2'])
  })

  it('hide nothing that is worse, or about something else', () => {
    const worse = onGuest('worse', { severity: 'critical' })
    const less = onGuest('less', { severity: 'critical', clearing: { to: 'warning', since: START } })
    const storage = anAlert({
      id: asId('s'),
      kind: 'snapshot-age',
      subject: { of: 'storage', id: asId<StorageId>('s') },
    })
    expect(seen([worse, storage, ...many(3), less])).toEqual(['worse', 's', ['snapshot-age', 4]])
  })
})
