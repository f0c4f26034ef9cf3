import { describe, expect, it } from 'vitest'
import { type AlertId, asId } from '@/lib/domain/ids'
import { anAlert, at, START as NOW } from '@/lib/engine/alerts/testing'
import { countHeads, needsNow, placeAlerts } from './inbox-order'

const id = (text: string) => asId<AlertId>(text)

describe('the inbox', () => {
  it('needs a person for an emergency, and for something critical that nobody has', () => {
    expect(needsNow(anAlert({ severity: 'emergency', assignee: 'Chen Hao' }), NOW)).toBe(true)
    expect(needsNow(anAlert({ severity: 'critical' }), NOW)).toBe(true)
    expect(needsNow(anAlert({ severity: 'critical', assignee: 'Chen Hao' }), NOW)).toBe(false)
    const mine = { by: 'user:lin', at: at(-60), until: at(60), note: '' }
    expect(needsNow(anAlert({ severity: 'critical', acknowledged: mine }), NOW)).toBe(false)
    expect(needsNow(anAlert({ severity: 'critical', acknowledged: { ...mine, until: at(0) } }), NOW)).toBe(true)
    expect(needsNow(anAlert({ severity: 'warning' }), NOW)).toBe(false)
  })

  it('needs nobody for what is on its way back, and for what becomes less as for the less', () => {
    const back = (to: 'critical' | 'warning' | null) => anAlert({ severity: 'emergency', clearing: { to, since: NOW } })
    expect([back(null), back('warning'), back('critical')].map((alert) => needsNow(alert, NOW))).toEqual([
      false,
      false,
      true,
    ])
  })

  it('puts effects below their cause, and counts causes', () => {
    const alerts = [
      anAlert({ id: id('storage'), severity: 'emergency' }),
      anAlert({ id: id('guest'), severity: 'warning', underId: id('storage') }),
      anAlert({ id: id('other'), severity: 'warning' }),
      anAlert({ id: id('lost'), severity: 'warning', underId: id('not shown') }),
    ]
    const rows = placeAlerts(alerts, NOW)
    expect(rows.map(({ alert, nested, group }) => [alert.id, nested, group])).toEqual([
      ['storage', false, 'now'],
      ['guest', true, 'now'],
      ['other', false, 'later'],
      ['lost', false, 'later'],
    ])
    expect([countHeads(rows, 'now'), countHeads(rows, 'later')]).toEqual([1, 2])
  })
})
