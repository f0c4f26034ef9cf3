/** Builders of rules, states, readings and facts for the tests beside this file. */
import type { Alert, AlertRule, Reading } from '@/lib/domain/alert'
import type { GuestFact, StorageFact } from '@/lib/domain/alert-facts'
import { type AlertId, type AlertRuleId, asId, type ConnectionId, type GuestId, type StorageId } from '@/lib/domain/ids'
import { type Instant, instantAt, MINUTE, type Millis } from '@/lib/domain/units'

export const START: Instant = '2025-08-31T09:00:00.000Z'
/** `minutes` after the start. */
export const at = (minutes: number): Instant => instantAt(Date.parse(START) + minutes * MINUTE)

export const CONNECTION = asId<ConnectionId>('c1')
export const STORAGE = asId<StorageId>('s1')
export const GUEST = asId<GuestId>('g1')

export function aRule(change: Partial<AlertRule> = {}): AlertRule {
  return {
    id: asId<AlertRuleId>('r1'),
    name: 'room',
    kind: 'storage-used',
    levels: [
      { severity: 'warning', fire: 0.8, clear: 0.75 },
      { severity: 'critical', fire: 0.9, clear: 0.85 },
      { severity: 'emergency', fire: 0.95, clear: 0.93 },
    ],
    holdMillis: 10 * MINUTE,
    clearHoldMillis: 10 * MINUTE,
    scope: { connectionIds: [], storageIds: [], tags: [], environments: [] },
    enabled: true,
    shipped: false,
    version: 1,
    ...change,
  }
}

export const told = (value: number, when: Instant = START): Reading => ({ told: true, value, at: when })
export const UNTOLD: Reading = { told: false, why: { code: 'interrupted' }, at: null }

export function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: asId<AlertId>('a1'),
    ruleId: asId<AlertRuleId>('r1'),
    ruleName: 'room',
    kind: 'storage-used',
    subject: { of: 'storage', id: STORAGE },
    subjectName: 'lvm-thin',
    connectionId: CONNECTION,
    where: 'pve-sh-03',
    severity: 'warning',
    since: START,
    firedAt: START,
    resolvedAt: null,
    value: 0.81,
    valueAt: START,
    stale: false,
    clearing: null,
    acknowledged: null,
    assignee: null,
    silencedBy: null,
    underId: null,
    ...change,
  }
}

export function aStorageFact(change: Partial<StorageFact> = {}): StorageFact {
  return {
    id: STORAGE,
    name: 'lvm-thin',
    connectionId: CONNECTION,
    connectionName: 'pve-sh-03',
    readAt: START,
    unread: null,
    usedBytes: 81,
    usableBytes: 100,
    availableBytes: 19,
    timeToFullMillis: null,
    forecastSilent: true,
    metadataRatio: null,
    inodesTotal: null,
    inodesFree: null,
    orphanCount: 0,
    largestMergeBytes: null,
    ...change,
  }
}

export function aGuestFact(change: Partial<GuestFact> = {}): GuestFact {
  return {
    id: GUEST,
    name: 'WebServer',
    connectionId: CONNECTION,
    connectionName: 'pve-sh-03',
    readAt: START,
    unread: null,
    tags: [],
    environment: 'unknown',
    storageIds: [STORAGE],
    snapshotCount: 0,
    oldestSnapshotAt: null,
    oldestMemoryAt: null,
    largestSnapshotBytes: null,
    chainDepth: 0,
    unmanagedCount: 0,
    lockedSince: null,
    ...change,
  }
}

export const minutes = (count: number): Millis => count * MINUTE
