/** Where a storage turns: the lines of its rules, as bars and charts draw them. */
import type { AlertRule, Severity } from '@/lib/domain/alert'
import type { ConnectionId, StorageId } from '@/lib/domain/ids'
import { coversStorage } from './scope'

/** Used shares in percent; null = no rule makes this of it. */
export type UsageLines = readonly [warning: number | null, critical: number | null, emergency: number | null]

const SEVERITIES = ['warning', 'critical', 'emergency'] as const satisfies readonly Severity[]

/**
 * The first line of each severity among the rules that watch this storage, or with `null` those that watch every one.
 * Null where no rule says anything.
 */
export function usageLines(
  rules: readonly AlertRule[],
  storage: { id: StorageId; connectionId: ConnectionId } | null,
): UsageLines | null {
  const levels = rules.flatMap((rule) =>
    rule.enabled && rule.kind === 'storage-used' && isAbout(rule, storage) ? rule.levels : [],
  )
  if (levels.length === 0) return null
  const [warning, critical, emergency] = SEVERITIES.map((severity) =>
    levels.reduce<number | null>(
      (least, level) =>
        level.severity === severity && (least === null || inPercent(level.fire) < least)
          ? inPercent(level.fire)
          : least,
      null,
    ),
  )
  return [warning ?? null, critical ?? null, emergency ?? null]
}

const isAbout = (rule: AlertRule, storage: { id: StorageId; connectionId: ConnectionId } | null): boolean =>
  storage === null
    ? rule.scope.connectionIds.length === 0 && rule.scope.storageIds.length === 0
    : coversStorage(rule, storage)

/** Lines are set in tenths of a percent at most. */
const inPercent = (share: number): number => Math.round(share * 1_000) / 10
