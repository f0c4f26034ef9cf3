/** The words of the guest filter: which fields there are and what each compares. */
import { HYPERVISOR_KINDS } from './connection'
import type { GuestFinding, GuestKind, Power } from './inventory'

/** Text, matched in part and in any case; with a leading `=` as a whole. */
export const TEXT_FIELDS = ['name', 'connection', 'node', 'tag', 'storage'] as const
type TextField = (typeof TEXT_FIELDS)[number]

/** Counts; `unknown` matches what could not be read. */
export const COUNT_FIELDS = ['snapshots', 'chain'] as const
type CountField = (typeof COUNT_FIELDS)[number]

/** Yes or no; what is not known is neither. */
export const YES_NO_FIELDS = ['memory', 'unmanaged', 'stale'] as const
export type YesNoField = (typeof YES_NO_FIELDS)[number]

const POWERS = Object.keys({
  running: true,
  paused: true,
  stopped: true,
  suspended: true,
  unknown: true,
} satisfies Record<Power, true>)
const KINDS = Object.keys({ vm: true, container: true } satisfies Record<GuestKind, true>)
const FINDINGS = Object.keys({
  'managed-save': true,
  'overlay-unexplained': true,
  'mixed-chain': true,
  'parent-missing': true,
  'torn-snapshot': true,
  'shared-base': true,
  'duplicate-name': true,
  'nvram-not-captured': true,
  'tpm-only-with-memory': true,
  'clock-ahead': true,
  'lock-left': true,
  'snapshot-incomplete': true,
  'job-waiting': true,
} satisfies Record<GuestFinding['finding'], true>)

export type ChoiceField = 'platform' | 'kind' | 'power' | 'finding'
/** One of a closed set. */
export const CHOICES: Record<ChoiceField, readonly string[]> = {
  platform: HYPERVISOR_KINDS,
  kind: KINDS,
  power: POWERS,
  finding: FINDINGS,
}

/** Age of the oldest snapshot: `oldest:>7d`. */
type AgeField = 'oldest'
/** Bytes held by snapshots: `held:>10GiB`. */
type SizeField = 'held'

export const FILTER_FIELDS = [
  ...TEXT_FIELDS,
  'platform',
  'kind',
  'power',
  ...COUNT_FIELDS,
  'oldest',
  'held',
  ...YES_NO_FIELDS,
  'finding',
] as const
export type FilterField = (typeof FILTER_FIELDS)[number]

export type Comparison = '=' | '>' | '>=' | '<' | '<='
export type TextTest = { text: string; whole: boolean }
export type NumberTest = { comparison: Comparison; value: number } | 'unknown'

/** One condition; any of its values suffices. `negated` turns it round; what is unknown matches neither way. */
export type Term = { negated: boolean } & (
  | { field: 'words'; values: string[] }
  | { field: TextField; values: TextTest[] }
  | { field: ChoiceField; values: string[] }
  | { field: CountField | AgeField | SizeField; values: NumberTest[] }
  | { field: YesNoField; value: boolean }
)

/** All terms must hold; none = everything. */
export type Filter = Term[]

/** What is wrong with a filter and where (UTF-16 offsets in its text). */
export type FilterError = { at: number; length: number } & (
  | { problem: 'unknown-field'; name: string; fields: readonly string[] }
  | { problem: 'unknown-value'; field: FilterField; value: string; values: readonly string[] }
  | { problem: 'not-a-count' | 'not-an-age' | 'not-a-size'; field: FilterField; value: string }
  | { problem: 'empty-value'; field: FilterField }
  | { problem: 'open-quote' }
  | { problem: 'too-long'; max: number }
  | { problem: 'too-many'; max: number }
)

export type ParsedFilter = { ok: true; filter: Filter } | { ok: false; errors: FilterError[] }

/** A filter is typed by a person or is a link; longer ones are neither, and each term costs the database work. */
export const MAX_FILTER_LENGTH = 2_000
export const MAX_FILTER_TERMS = 50
