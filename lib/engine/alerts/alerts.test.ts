import { describe, expect, it } from 'vitest'
import type { Alert, Silence } from '@/lib/domain/alert'
import { RULE_KINDS, SEVERITIES } from '@/lib/domain/alert'
import type { AlertFacts } from '@/lib/domain/alert-facts'
import { DEFAULT_LIMITS } from '@/lib/domain/environment'
import { type AlertId, asId, type OperationId, type SilenceId } from '@/lib/domain/ids'
import { RULE_SHAPES } from '@/lib/domain/rule-shapes'
import { endRule, evaluateRule, type KeptState } from './evaluate'
import { measure } from './measure'
import { type MuteWorld, mutes } from './mute'
import { nestingOf } from './nest'
import { notifyReason } from './notify-reason'
import { SHIPPED_RULES } from './shipped-rules'
import { aGuestFact, anAlert, aRule, aStorageFact, at, CONNECTION, GUEST, minutes, STORAGE } from './testing'
import { byUrgency } from './urgency'

const NOTHING: AlertFacts = { storages: [], guests: [], connections: [], operations: [] }
const worldOf = (facts: Partial<AlertFacts>, now = 0) => ({
  facts: { ...NOTHING, ...facts },
  limits: DEFAULT_LIMITS,
  now: at(now),
})

describe('shipped rules', () => {
  it('are one of every kind, with levels that rise in severity and clear on the better side', () => {
    expect(SHIPPED_RULES.map(({ kind }) => kind).sort()).toEqual([...RULE_KINDS].sort())
    for (const { kind, levels } of SHIPPED_RULES) {
      const { worse } = RULE_SHAPES[kind]
      const sign = worse === 'above' ? 1 : -1
      const ranks = levels.map(({ severity }) => SEVERITIES.indexOf(severity))
      expect(ranks, kind).toEqual([...ranks].sort())
      for (const [index, { fire, clear }] of levels.entries()) {
        expect(sign * (fire - clear), kind).toBeGreaterThanOrEqual(0)
        const before = levels[index - 1]
        if (before !== undefined) expect(sign * (fire - before.fire), kind).toBeGreaterThan(0)
      }
    }
  })
})

describe('what rules measure', () => {
  const reading = (kind: (typeof RULE_KINDS)[number], facts: Partial<AlertFacts>, now = 0) =>
    measure(aRule({ kind }), worldOf(facts, now)).map(({ reading }) => (reading.told ? reading.value : 'untold'))

  it('is never told by a source that does not answer', () => {
    const unread = { code: 'interrupted' } as const
    expect(reading('storage-used', { storages: [aStorageFact({ unread })] })).toEqual(['untold'])
    expect(reading('chain-depth', { guests: [aGuestFact({ unread })] })).toEqual(['untold'])
  })

  it('is never zero for what is not known', () => {
    expect(reading('storage-used', { storages: [aStorageFact({ usedBytes: null })] })).toEqual(['untold'])
    expect(reading('storage-used', { storages: [aStorageFact({ usableBytes: 0 })] })).toEqual(['untold'])
    expect(reading('snapshot-count', { guests: [aGuestFact({ snapshotCount: null })] })).toEqual(['untold'])
    expect(reading('memory-age', { guests: [aGuestFact({ snapshotCount: null })] })).toEqual(['untold'])
  })

  it('says nothing where nothing can be said', () => {
    expect(reading('time-to-full', { storages: [aStorageFact({ forecastSilent: true })] })).toEqual([])
    expect(reading('thin-metadata', { storages: [aStorageFact()] })).toEqual([])
    const without = [aStorageFact(), aStorageFact({ inodesTotal: 0, inodesFree: 0 })]
    expect(reading('inodes-used', { storages: without })).toEqual([])
    expect(reading('snapshot-size', { guests: [aGuestFact()] })).toEqual([])
    expect(reading('snapshot-age', { guests: [aGuestFact({ environment: 'unknown' })] })).toEqual([])
    expect(reading('merge-space', { storages: [aStorageFact()] })).toEqual([])
  })

  it('tells how many inodes are used; where a number of them is known and nobody tells it now, nothing ends', () => {
    const storages = [aStorageFact({ inodesTotal: 200, inodesFree: 10 }), aStorageFact({ inodesTotal: 200 })]
    expect(reading('inodes-used', { storages })).toEqual([0.95, 'untold'])
  })

  it('tells age in multiples of the limit of the environment', () => {
    const guest = aGuestFact({ environment: 'production', snapshotCount: 1, oldestSnapshotAt: at(0) })
    expect(reading('snapshot-age', { guests: [guest] }, 36 * 60)).toEqual([1.5])
  })

  it('tells a merge that no longer fits', () => {
    const full = aStorageFact({ largestMergeBytes: 10, availableBytes: 0 })
    expect(reading('merge-space', { storages: [full] })[0]).toBeGreaterThan(1)
    expect(reading('merge-space', { storages: [{ ...full, availableBytes: 20 }] })).toEqual([0.5])
  })

  it('keeps to its scope', () => {
    const scope = { connectionIds: [], storageIds: [], tags: ['prod'], environments: [] }
    const guests = [aGuestFact({ tags: ['prod'] }), aGuestFact({ id: asId('g2'), tags: ['dev'] })]
    expect(measure(aRule({ kind: 'chain-depth', scope }), worldOf({ guests }))).toHaveLength(1)
  })
})

describe('one evaluation', () => {
  const rule = aRule({ holdMillis: 0, clearHoldMillis: 0 })
  const keptOf = (transitions: ReturnType<typeof evaluateRule>): Map<string, KeptState> =>
    new Map(
      transitions
        .filter(({ after }) => after.is !== 'ok')
        .map(({ subject, after }) => [subject.id, { subject, state: after }]),
    )
  const fired = evaluateRule(rule, new Map(), worldOf({ storages: [aStorageFact()] }))

  it('tells what began', () => {
    expect(fired).toMatchObject([{ events: ['fired'], measured: { name: 'lvm-thin' }, after: { severity: 'warning' } }])
  })
  it('tells nothing of what stays ok', () => {
    expect(evaluateRule(rule, new Map(), worldOf({ storages: [aStorageFact({ usedBytes: 10 })] }))).toEqual([])
  })
  it('tells nothing of a figure that hardly moved, however old it is, and tells it again once it is another', () => {
    const again = (used: number, minutes: number) =>
      evaluateRule(rule, keptOf(fired), worldOf({ storages: [aStorageFact({ usedBytes: used, readAt: at(minutes) })] }))
    const was = aStorageFact().usedBytes ?? 0
    expect(again(was, 1)).toEqual([])
    expect(again(was, 60 * 24)).toEqual([])
    expect(again(was + 1, 1)).toMatchObject([{ events: [], after: { is: 'firing' } }])
  })
  it('ends what is gone', () => {
    expect(evaluateRule(rule, keptOf(fired), worldOf({}))).toMatchObject([{ measured: null, events: ['resolved'] }])
  })
  it('ends what a rule that is off had begun', () => {
    const off = evaluateRule({ ...rule, enabled: false }, keptOf(fired), worldOf({ storages: [aStorageFact()] }))
    expect(off).toMatchObject([{ events: ['resolved'] }])
  })
  it('ends what a rule that is gone had begun', () => {
    expect(endRule(rule.id, keptOf(fired))).toMatchObject([{ measured: null, events: ['resolved'] }])
  })
  it('says of what is no longer told when it was told last, though it had not moved since', () => {
    const unread = { code: 'interrupted' } as const
    const silent = worldOf({ storages: [aStorageFact({ unread, readAt: at(90) })] }, 100)
    expect(evaluateRule(rule, keptOf(fired), silent)).toMatchObject([
      { events: ['went-stale'], after: { is: 'firing', stale: true, at: at(90) } },
    ])
  })
})

describe('the most urgent', () => {
  it('is the worst, then what fills up, then a storage, then the oldest: the words of a notice begin with it', () => {
    const storage = { of: 'storage', id: STORAGE } as const
    const guest = { of: 'guest', id: GUEST } as const
    const orphans = anAlert({ kind: 'orphaned-files', severity: 'warning', subject: storage, firedAt: at(0) })
    const full = anAlert({ kind: 'storage-used', severity: 'warning', subject: storage, firedAt: at(9) })
    const merge = anAlert({ kind: 'merge-space', severity: 'warning', subject: guest, firedAt: at(5) })
    const old = anAlert({ kind: 'snapshot-age', severity: 'warning', subject: guest, firedAt: at(1) })
    const worse = anAlert({ kind: 'memory-age', severity: 'critical', subject: guest, firedAt: at(20) })
    expect([old, orphans, merge, full, worse].sort(byUrgency).map(({ kind }) => kind)).toEqual([
      'memory-age',
      'storage-used',
      'merge-space',
      'orphaned-files',
      'snapshot-age',
    ])
  })
})

describe('muting', () => {
  const quiet: MuteWorld = {
    silences: [],
    down: new Map(),
    openOperations: new Map(),
    tags: [],
    rule: { enabled: true },
  }
  const silence = (scope: Silence['scope']): Silence => ({
    id: asId<SilenceId>('s'),
    scope,
    from: at(0),
    until: at(60),
    reason: 'known',
    by: 'user:lin',
  })
  const operation = asId<OperationId>('op')

  it.each<[string, Partial<Alert>, Partial<MuteWorld>, string | null]>([
    ['nothing mutes', {}, {}, null],
    ['the rule is off', {}, { rule: { enabled: false } }, 'rule-off'],
    ['the rule is gone', {}, { rule: null }, 'rule-off'],
    ['a silence on the subject', {}, { silences: [silence({ subject: { of: 'storage', id: STORAGE } })] }, 'silenced'],
    ['a silence that names nothing', {}, { silences: [silence({})] }, null],
    [
      'a silence of which one part does not fit',
      {},
      { silences: [silence({ connectionId: CONNECTION, tag: 'x' })] },
      null,
    ],
    ['its source is down', {}, { down: new Map([[CONNECTION, at(0)]]) }, 'source-down'],
    ['that its source is down is itself told', { kind: 'stale-data' }, { down: new Map([[CONNECTION, at(0)]]) }, null],
    [
      'our own operation works on the guest',
      { subject: { of: 'guest', id: GUEST } },
      { openOperations: new Map([[GUEST, operation]]) },
      'operation-open',
    ],
    ['it stands under another', { underId: asId<AlertId>('a0') }, {}, 'under-another'],
  ])('%s', (_, alert, world, expected) => {
    expect(mutes(anAlert(alert), { ...quiet, ...world }, at(30))?.mute ?? null).toBe(expected)
  })

  it('a silence ends at its end', () => {
    const world = { ...quiet, silences: [silence({ connectionId: CONNECTION })] }
    expect(mutes(anAlert(), world, at(59))).not.toBeNull()
    expect(mutes(anAlert(), world, at(60))).toBeNull()
  })
})

describe('why a notice is due', () => {
  const never = { lastAt: null, lastSeverity: null, resolvedSent: false }
  const sent = { lastAt: at(0), lastSeverity: 'warning' as const, resolvedSent: false }
  const times = { repeatMillis: minutes(60), escalateAfterMillis: null }
  const ack = (until: number | null) => ({
    by: 'user:lin',
    at: at(1),
    until: until === null ? null : at(until),
    note: '',
  })

  it.each<
    [
      string,
      Partial<Alert>,
      typeof never | typeof sent,
      Partial<{ repeatMillis: number | null; escalateAfterMillis: number | null }>,
      number,
      string,
    ]
  >([
    ['never told', {}, never, {}, 0, 'first'],
    ['told, nothing new', {}, sent, {}, 59, 'none'],
    ['told an hour ago', {}, sent, {}, 60, 'repeat-due'],
    ['told an hour ago, somebody has it', { acknowledged: ack(null) }, sent, {}, 60, 'none'],
    ['told an hour ago, their time is over', { acknowledged: ack(30) }, sent, {}, 60, 'repeat-due'],
    ['once is enough', {}, sent, { repeatMillis: null }, 9_000, 'none'],
    ['worse, although somebody has it', { severity: 'critical', acknowledged: ack(null) }, sent, {}, 5, 'more-severe'],
    ['less severe', { severity: 'warning' }, { ...sent, lastSeverity: 'critical' as never }, {}, 5, 'none'],
    ['resolved after being told', { resolvedAt: at(5) }, sent, {}, 6, 'resolved'],
    ['resolved and said so', { resolvedAt: at(5) }, { ...sent, resolvedSent: true }, {}, 6, 'none'],
    ['resolved before anybody was told', { resolvedAt: at(5) }, never, {}, 6, 'none'],
    [
      'never told, and on its way back',
      { severity: 'emergency', clearing: { to: null, since: at(0) } },
      never,
      {},
      0,
      'none',
    ],
    ['told an hour ago, on its way back', { clearing: { to: null, since: at(59) } }, sent, {}, 60, 'none'],
    [
      'worse, but on its way to what was told',
      { severity: 'emergency', clearing: { to: 'warning', since: at(4) } },
      sent,
      {},
      5,
      'none',
    ],
    [
      'worse, on its way to less than that but still worse than was told',
      { severity: 'emergency', clearing: { to: 'critical', since: at(4) } },
      sent,
      {},
      5,
      'more-severe',
    ],
    [
      'second in line, on its way back',
      { clearing: { to: null, since: at(14) } },
      never,
      { escalateAfterMillis: minutes(15) },
      15,
      'none',
    ],
    ['second in line, too early', {}, never, { escalateAfterMillis: minutes(15) }, 14, 'none'],
    ['second in line', {}, never, { escalateAfterMillis: minutes(15) }, 15, 'escalated'],
    [
      'second in line, somebody has it',
      { acknowledged: ack(null) },
      never,
      { escalateAfterMillis: minutes(15) },
      90,
      'none',
    ],
  ])('%s', (_, alert, log, change, now, expected) => {
    expect(notifyReason(anAlert(alert), log, { ...times, ...change }, at(now))).toBe(expected)
  })
})

describe('what stands under what', () => {
  const room = anAlert({ id: asId('room') })
  const soon = anAlert({ id: asId('soon'), kind: 'time-to-full' })
  const chain = anAlert({ id: asId('chain'), kind: 'chain-depth', subject: { of: 'guest', id: GUEST } })
  const locked = anAlert({ id: asId('locked'), kind: 'guest-locked', subject: { of: 'guest', id: GUEST } })
  const silent = anAlert({ id: asId('silent'), kind: 'stale-data', subject: { of: 'connection', id: CONNECTION } })
  const nest = (...alerts: Alert[]) => {
    const headOf = nestingOf(alerts, () => [STORAGE])
    return Object.fromEntries(alerts.map((alert) => [alert.id, headOf(alert)]))
  }

  it('the guests that take its room stand under the storage, and one alert speaks for it', () => {
    expect(nest(soon, chain, room, locked)).toEqual({ soon: 'room', chain: 'room', room: null, locked: null })
  })
  it('a silent source takes in what it can no longer tell of', () => {
    expect(nest(silent, { ...room, stale: true }, { ...chain, stale: true })).toEqual({
      silent: null,
      room: 'silent',
      chain: 'silent',
    })
  })
  it('of two rules about the same room the more severe speaks, in whatever order they come', () => {
    const worse = anAlert({ id: asId('worse'), ruleId: asId('r2'), severity: 'emergency' })
    expect(nest(room, worse)).toEqual({ room: 'worse', worse: null })
    expect(nest(worse, room)).toEqual({ room: 'worse', worse: null })
  })
  it('what is told by others stays by itself', () => {
    expect(nest(silent, chain)).toEqual({ silent: null, chain: null })
  })
})
