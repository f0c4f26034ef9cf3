import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlertEventKind, AlertRule, AlertState, Reading } from '@/lib/domain/alert'
import { advance } from './advance'
import { aRule, at, told, UNTOLD } from './testing'

const OK: AlertState = { is: 'ok' }
const pending = (severity: 'warning' | 'critical' | 'emergency', since = at(0)): AlertState => ({
  is: 'pending',
  severity,
  since,
  value: 0.8,
  ruleVersion: 1,
})
const firing = (
  severity: 'warning' | 'critical' | 'emergency',
  change: Partial<Extract<AlertState, { is: 'firing' }>> = {},
): AlertState => ({
  is: 'firing',
  severity,
  since: at(0),
  firedAt: at(10),
  rising: null,
  clearing: null,
  value: 0.8,
  at: at(10),
  stale: false,
  ruleVersion: 1,
  ...change,
})

type Row = {
  arrow: string
  from: AlertState
  reading: Reading
  now: number
  rule?: Partial<AlertRule>
  to: Partial<AlertState>
  events: AlertEventKind[]
}

const ROWS: Row[] = [
  { arrow: 'below every line stays ok', from: OK, reading: told(0.79), now: 0, to: { is: 'ok' }, events: [] },
  {
    arrow: 'a breach waits out its hold',
    from: OK,
    reading: told(0.8),
    now: 0,
    to: { is: 'pending', severity: 'warning', since: at(0) },
    events: ['pending'],
  },
  {
    arrow: 'without a hold it fires at once',
    from: OK,
    reading: told(0.96),
    now: 0,
    rule: { holdMillis: 0 },
    to: { is: 'firing', severity: 'emergency', firedAt: at(0) },
    events: ['fired'],
  },
  {
    arrow: 'what falls back while waiting calms',
    from: pending('warning'),
    reading: told(0.79),
    now: 5,
    to: { is: 'ok' },
    events: ['calmed'],
  },
  {
    arrow: 'what waits goes on waiting',
    from: pending('warning'),
    reading: told(0.82),
    now: 9,
    to: { is: 'pending', since: at(0) },
    events: [],
  },
  {
    arrow: 'what held fires',
    from: pending('warning'),
    reading: told(0.82),
    now: 10,
    to: { is: 'firing', severity: 'warning', since: at(0), firedAt: at(10) },
    events: ['fired'],
  },
  {
    arrow: 'what rose while waiting fires as what it is',
    from: pending('warning'),
    reading: told(0.97),
    now: 10,
    to: { is: 'firing', severity: 'emergency' },
    events: ['fired'],
  },
  {
    arrow: 'a changed rule ends a wait',
    from: pending('warning'),
    reading: told(0.82),
    now: 1,
    rule: { version: 2 },
    to: { is: 'firing' },
    events: ['fired'],
  },
  {
    arrow: 'nothing told while waiting changes nothing',
    from: pending('warning'),
    reading: UNTOLD,
    now: 30,
    to: { is: 'pending' },
    events: [],
  },
  {
    arrow: 'between clear and fire it stays',
    from: firing('warning'),
    reading: told(0.76),
    now: 30,
    to: { is: 'firing', severity: 'warning', clearing: null },
    events: [],
  },
  {
    arrow: 'below the clear line it begins to clear',
    from: firing('warning'),
    reading: told(0.74),
    now: 30,
    to: { is: 'firing', clearing: { to: null, since: at(30) } },
    events: [],
  },
  {
    arrow: 'back above the clear line it clears no longer',
    from: firing('warning', { clearing: { to: null, since: at(30) } }),
    reading: told(0.76),
    now: 35,
    to: { is: 'firing', clearing: null },
    events: [],
  },
  {
    arrow: 'what stayed clear resolves',
    from: firing('warning', { clearing: { to: null, since: at(30) } }),
    reading: told(0.74),
    now: 40,
    to: { is: 'ok' },
    events: ['resolved'],
  },
  {
    arrow: 'a worse level begins to rise',
    from: firing('warning'),
    reading: told(0.91),
    now: 30,
    to: { is: 'firing', severity: 'warning', rising: { severity: 'critical', since: at(30) } },
    events: [],
  },
  {
    arrow: 'a worse level that held is raised',
    from: firing('warning', { rising: { severity: 'critical', since: at(30) } }),
    reading: told(0.91),
    now: 40,
    to: { is: 'firing', severity: 'critical', rising: null },
    events: ['raised'],
  },
  {
    arrow: 'a spike does not raise',
    from: firing('warning', { rising: { severity: 'critical', since: at(30) } }),
    reading: told(0.88),
    now: 35,
    to: { is: 'firing', severity: 'warning', rising: null },
    events: [],
  },
  {
    arrow: 'clear of its level but not of a lesser one it is lowered',
    from: firing('emergency', { clearing: { to: 'critical', since: at(30) } }),
    reading: told(0.91),
    now: 40,
    to: { is: 'firing', severity: 'critical' },
    events: ['lowered'],
  },
  {
    arrow: 'clear of two levels it is lowered to what it is by then',
    from: firing('emergency', { clearing: { to: 'critical', since: at(30) } }),
    reading: told(0.78),
    now: 40,
    to: { is: 'firing', severity: 'warning' },
    events: ['lowered'],
  },
  {
    arrow: 'nothing told: it stays and says so',
    from: firing('critical'),
    reading: UNTOLD,
    now: 600,
    to: { is: 'firing', severity: 'critical', stale: true },
    events: ['went-stale'],
  },
  {
    arrow: 'nothing told again tells nothing again',
    from: firing('critical', { stale: true }),
    reading: UNTOLD,
    now: 900,
    to: { is: 'firing', stale: true },
    events: [],
  },
  {
    arrow: 'told again it is fresh again',
    from: firing('critical', { stale: true }),
    reading: told(0.91),
    now: 900,
    to: { is: 'firing', stale: false },
    events: ['fresh-again'],
  },
  {
    arrow: 'a moved line resolves at once',
    from: firing('warning'),
    reading: told(0.74),
    now: 30,
    rule: { version: 2 },
    to: { is: 'ok' },
    events: ['resolved'],
  },
  {
    arrow: 'a moved line raises at once',
    from: firing('warning'),
    reading: told(0.97),
    now: 30,
    rule: { version: 2 },
    to: { is: 'firing', severity: 'emergency' },
    events: ['raised'],
  },
]

describe('the alert state machine', () => {
  it.each(ROWS)('$arrow', ({ from, reading, now, rule, to, events }) => {
    const advanced = advance(aRule(rule), from, reading, at(now))
    expect(advanced.state).toMatchObject(to)
    expect(advanced.events).toEqual(events)
  })

  it('fires below the line where less is worse', () => {
    const rule = aRule({
      kind: 'storage-free',
      levels: [{ severity: 'critical', fire: 10, clear: 15 }],
      holdMillis: 0,
      clearHoldMillis: 0,
    })
    const fired = advance(rule, OK, told(10), at(0))
    expect(fired.events).toEqual(['fired'])
    expect(advance(rule, fired.state, told(15), at(1)).events).toEqual([])
    expect(advance(rule, fired.state, told(16), at(1)).events).toEqual(['resolved'])
  })

  const readings = fc.array(
    fc.record({
      value: fc.option(fc.double({ min: 0, max: 1.2, noNaN: true }), { nil: null }),
      minutes: fc.integer({ min: 0, max: 30 }),
    }),
    { maxLength: 60 },
  )
  const play = (sequence: { value: number | null; minutes: number }[], rule = aRule()) => {
    let state: AlertState = OK
    let time = 0
    return sequence.map(({ value, minutes }) => {
      time += minutes
      const before = state
      const step = advance(rule, before, value === null ? UNTOLD : told(value, at(time)), at(time))
      state = step.state
      return { before, value, time, ...step }
    })
  }

  it('never resolves on what is not told, and never fires on what is below every line', () => {
    fc.assert(
      fc.property(readings, (sequence) => {
        for (const { value, events } of play(sequence)) {
          if (value === null) expect(events.filter((event) => event !== 'went-stale')).toEqual([])
          if (value !== null && value < 0.8) expect(events).not.toContain('fired')
          if (value !== null && value >= 0.75) expect(events).not.toContain('resolved')
        }
      }),
    )
  })

  it('fires and resolves by turns', () => {
    fc.assert(
      fc.property(readings, (sequence) => {
        const turns = play(sequence).flatMap(({ events }) =>
          events.filter((each) => each === 'fired' || each === 'resolved'),
        )
        expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'fired' : 'resolved')))
      }),
    )
  })

  it('takes the same reading at the same moment as nothing new', () => {
    fc.assert(
      fc.property(readings, (sequence) => {
        for (const { state, value, time } of play(sequence)) {
          const again = advance(aRule(), state, value === null ? UNTOLD : told(value, at(time)), at(time))
          expect(again).toEqual({ state, events: [] })
        }
      }),
    )
  })
})
