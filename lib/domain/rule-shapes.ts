/** Directions and units of every kind of rule, in one table. */
import type { RuleKind, RuleUnit } from './alert'

/** 'above': more is worse. 'below': less is worse (free space, time to full). */
export const RULE_SHAPES: Record<RuleKind, { worse: 'above' | 'below'; unit: RuleUnit }> = {
  'storage-used': { worse: 'above', unit: 'ratio' },
  'storage-free': { worse: 'below', unit: 'bytes' },
  'time-to-full': { worse: 'below', unit: 'millis' },
  'thin-metadata': { worse: 'above', unit: 'ratio' },
  'inodes-used': { worse: 'above', unit: 'ratio' },
  'stale-data': { worse: 'above', unit: 'millis' },
  'snapshot-age': { worse: 'above', unit: 'limits' },
  'chain-depth': { worse: 'above', unit: 'count' },
  'snapshot-count': { worse: 'above', unit: 'count' },
  'snapshot-size': { worse: 'above', unit: 'bytes' },
  'memory-age': { worse: 'above', unit: 'millis' },
  'unmanaged-data': { worse: 'above', unit: 'count' },
  'orphaned-files': { worse: 'above', unit: 'count' },
  'operation-ended': { worse: 'above', unit: 'count' },
  'guest-locked': { worse: 'above', unit: 'millis' },
  'merge-space': { worse: 'above', unit: 'ratio' },
}
