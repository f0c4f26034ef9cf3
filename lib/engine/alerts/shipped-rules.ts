/** The rules Snapwarden comes with. Each figure has its reason; all can be changed. */
import type { AlertRule, RuleKind, RuleLevel, Severity } from '@/lib/domain/alert'
import { type AlertRuleId, asId } from '@/lib/domain/ids'
import { DAY, GIB, HOUR, MINUTE, type Millis } from '@/lib/domain/units'

const level = (severity: Severity, fire: number, clear: number): RuleLevel => ({ severity, fire, clear })

/** A figure that is read every minute or two and moves slowly: ten minutes tell a state from a spike. */
const STEADY: Millis = 10 * MINUTE

function shipped(
  kind: RuleKind,
  levels: RuleLevel[],
  holds: { fire?: Millis; clear?: Millis; enabled?: boolean } = {},
): AlertRule {
  return {
    id: asId<AlertRuleId>(`shipped-${kind}`),
    name: kind,
    kind,
    levels,
    holdMillis: holds.fire ?? 0,
    clearHoldMillis: holds.clear ?? STEADY,
    scope: { connectionIds: [], storageIds: [], tags: [], environments: [] },
    enabled: holds.enabled ?? true,
    shipped: true,
    version: 1,
  }
}

export const SHIPPED_RULES: readonly AlertRule[] = [
  // 80/90/95 % with five points between fire and clear, so that a clean-up has to free something to end an alert.
  shipped('storage-used', [level('warning', 0.8, 0.75), level('critical', 0.9, 0.85), level('emergency', 0.95, 0.93)]),
  shipped('storage-free', [level('critical', 10 * GIB, 15 * GIB)], { fire: STEADY, enabled: false }),
  // A day is time to act in working hours; three hours is not.
  shipped(
    'time-to-full',
    [level('warning', 3 * DAY, 4 * DAY), level('critical', DAY, 1.5 * DAY), level('emergency', 4 * HOUR, 6 * HOUR)],
    { fire: STEADY },
  ),
  // A thin pool whose metadata is full goes read-only for everybody: it is warned of earlier than data.
  shipped('thin-metadata', [level('warning', 0.7, 0.65), level('critical', 0.85, 0.8), level('emergency', 0.95, 0.93)]),
  // Without inodes a file system takes no new file, however empty: no snapshot, and no overlay of one.
  shipped('inodes-used', [level('warning', 0.8, 0.75), level('critical', 0.9, 0.85), level('emergency', 0.95, 0.93)]),
  shipped('stale-data', [level('warning', 10 * MINUTE, 5 * MINUTE), level('critical', 2 * HOUR, 5 * MINUTE)], {
    clear: 0,
  }),
  // In multiples of the environment's limit. However old, it can wait until morning: what wakes people is the storage.
  shipped('snapshot-age', [level('warning', 1, 1)], { clear: 0 }),
  shipped('chain-depth', [level('warning', 4, 4), level('critical', 25, 25)], { clear: 0 }),
  shipped('snapshot-count', [level('warning', 10, 10)], { clear: 0 }),
  shipped('snapshot-size', [level('warning', 200 * GIB, 200 * GIB)], { clear: 0 }),
  // A memory state goes out of date with every password, certificate and kernel.
  shipped('memory-age', [level('warning', 7 * DAY, 7 * DAY)], { clear: 0 }),
  shipped('unmanaged-data', [level('warning', 1, 1)], { clear: 0 }),
  shipped('orphaned-files', [level('warning', 1, 1)], { clear: 0 }),
  shipped('operation-ended', [level('warning', 1, 1), level('critical', 2, 2)], { clear: 0 }),
  shipped('guest-locked', [level('warning', HOUR, HOUR), level('critical', 6 * HOUR, 6 * HOUR)], { clear: 0 }),
  // Told before it comes: at half the room the rescue still fits, at all of it no longer.
  shipped('merge-space', [level('warning', 0.5, 0.45), level('critical', 0.8, 0.7), level('emergency', 1, 0.9)]),
]
