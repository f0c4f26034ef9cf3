/**
 * Whether a sentence about a guest is true, on what was read of it. The executor asks before it changes anything and
 * again before it calls a step done, so 'unknown' is an answer of its own: it neither permits nor proves.
 */
import type { Difference } from '@/lib/domain/difference'
import type { KnownGuest, KnownSection } from '@/lib/domain/known'
import type { Condition, Predicted, PredictedSnapshot } from '@/lib/domain/plan'
import { unreachable } from '@/lib/domain/result'
import type { Snapshot } from '@/lib/domain/snapshot'
import { compareText } from './order'

export type Holds = 'yes' | 'no' | 'unknown'

/**
 * `guest` null = the hypervisor's list of guests was read and lacks it. A section whose last reading failed tells
 * nothing: what was known before it is not what is.
 */
export function holds(condition: Condition, guest: KnownGuest | null): Holds {
  if (condition.holds === 'always') return 'yes'
  if (condition.holds === 'all') return allOf(condition.of.map((each) => holds(each, guest)))
  if (condition.holds === 'guest-exists') return told(guest !== null && guest.facts.name === condition.name)
  if (guest === null) return condition.holds === 'guest-is' ? 'no' : 'unknown'
  return holdsOf(condition, guest)
}

type Single = Exclude<Condition, { holds: 'always' | 'all' | 'guest-exists' }>

function holdsOf(condition: Single, guest: KnownGuest): Holds {
  switch (condition.holds) {
    case 'guest-is':
      return isGuest(condition.birthMark, guest)
    case 'snapshot-exists':
      return ofSnapshots(guest, (items) => told(managed(items, condition) !== undefined))
    case 'snapshot-complete':
      return ofSnapshots(guest, (items) => told(managed(items, condition)?.incomplete === false))
    case 'snapshot-absent':
      return ofSnapshots(guest, (items) => told(managed(items, condition) === undefined))
    case 'snapshot-parent':
      return ofSnapshots(guest, (items) => {
        const found = managed(items, condition)
        return told(found !== undefined && parentNameOf(found, items) === condition.parentName)
      })
    case 'current-parent':
      return ofSnapshots(guest, (items) => told(currentParentName(guest, items) === condition.name))
    case 'newest-is':
      return ofSnapshots(guest, (items) => isNewest(condition.name, items))
    case 'no-unmanaged':
      return ofSnapshots(guest, (items) => {
        if (items.some((item) => item.unmanaged && item.name === condition.name)) return 'no'
        return guest.snapshots.value?.imagesUnread === undefined ? 'yes' : 'unknown'
      })
    case 'power':
      return guest.facts.power === 'unknown' ? 'unknown' : told(condition.in.includes(guest.facts.power))
    case 'unlocked':
      return told(guest.facts.lock === null)
    case 'no-saved-memory':
      return guest.facts.managedSave === null ? 'unknown' : told(!guest.facts.managedSave)
    case 'tags':
      return hasTags(condition, guest)
    case 'active-image':
      return ofChain(guest, condition.target, (files) => told(files[0] === condition.file))
    case 'active-image-is-not':
      return ofChain(guest, condition.target, (files) => told(files[0] !== condition.file))
    case 'chain-lacks':
      return ofChain(guest, condition.target, (files) => told(!condition.files.some((file) => files.includes(file))))
    case 'chain-is':
      return ofChain(guest, condition.target, (files) => told(sameList(files, condition.files)))
    default:
      return unreachable(condition)
  }
}

const told = (value: boolean): Holds => (value ? 'yes' : 'no')

/** One "no" decides; without one, one "unknown" leaves it open. */
function allOf(parts: readonly Holds[]): Holds {
  if (parts.includes('no')) return 'no'
  return parts.includes('unknown') ? 'unknown' : 'yes'
}

/** Null where the last reading did not renew it. */
const fresh = <T>(section: KnownSection<T>): T | null => (section.unread === null ? section.value : null)

function ofSnapshots(guest: KnownGuest, decide: (items: readonly Snapshot[]) => Holds): Holds {
  const snapshots = fresh(guest.snapshots)
  return snapshots === null ? 'unknown' : decide(snapshots.items)
}

function ofChain(guest: KnownGuest, target: string, decide: (files: readonly string[]) => Holds): Holds {
  const disks = fresh(guest.disks)
  if (disks === null) return 'unknown'
  const disk = disks.find((each) => each.target === target)
  if (disk === undefined) return 'no'
  return disk.chain === null ? 'unknown' : decide(disk.chain.map((image) => image.file))
}

/** The hypervisor's own entry: data without metadata is no snapshot one could go back to. */
const managed = (items: readonly Snapshot[], { name, nativeId }: { name: string; nativeId?: string }) =>
  items.find((item) => !item.unmanaged && (nativeId === undefined ? item.name === name : item.nativeId === nativeId))

const parentNameOf = (snapshot: Snapshot, items: readonly Snapshot[]): string | null =>
  items.find((item) => item.nativeId === snapshot.parent)?.name ?? snapshot.parentMissing

function currentParentName(guest: KnownGuest, items: readonly Snapshot[]): string | null {
  const parent = guest.snapshots.value?.currentParent ?? null
  return items.find((item) => item.nativeId === parent)?.name ?? null
}

/** Times have a resolution of a second: of two taken in the same one, a child is the newer. */
function isNewest(name: string, items: readonly Snapshot[]): Holds {
  const own = items.filter((item) => !item.unmanaged)
  const found = own.find((item) => item.name === name)
  if (found === undefined) return 'no'
  const newer = own.filter((item) => item !== found).map((item) => isNewer(item, found))
  if (newer.includes('yes')) return 'no'
  return newer.includes('unknown') ? 'unknown' : 'yes'
}

function isNewer(item: Snapshot, than: Snapshot): Holds {
  if (item.parent === than.nativeId) return 'yes'
  if (item.createdAt === null || than.createdAt === null) return 'unknown'
  return told(item.createdAt > than.createdAt)
}

/** Where no mark is told the native id alone stands for the guest. */
function isGuest(birthMark: string | null, guest: KnownGuest): Holds {
  if (birthMark === null) return 'yes'
  const { birthMark: now } = guest.facts
  return now === null ? 'unknown' : told(now === birthMark)
}

function hasTags(condition: Extract<Condition, { holds: 'tags' }>, guest: KnownGuest): Holds {
  const tags = told(sameList([...guest.facts.tags].sort(compareText), [...condition.tags].sort(compareText)))
  if (condition.protected === null) return tags
  const mark = guest.facts.protected
  return allOf([tags, mark === null ? 'unknown' : told(mark === condition.protected)])
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

/** What is, in the words of a prediction; null = the snapshots could not be read. Ordered by name. */
export function actualOf(guest: KnownGuest): Predicted | null {
  const snapshots = fresh(guest.snapshots)
  if (snapshots === null) return null
  const own = snapshots.items.filter((item) => !item.unmanaged)
  return {
    snapshots: orderSnapshots(own.map((item) => ({ name: item.name, parentName: parentNameOf(item, own) }))),
    currentParentName: currentParentName(guest, own),
    ...(snapshots.currentUnknown === true && own.length > 0 ? { currentUnknown: true } : {}),
    power: guest.facts.power,
  }
}

export const orderSnapshots = (snapshots: readonly PredictedSnapshot[]): PredictedSnapshot[] =>
  [...snapshots].sort((a, b) => compareText(a.name, b.name) || compareText(a.parentName ?? '', b.parentName ?? ''))

/** What came out otherwise than predicted; empty = exactly as predicted. */
export function differences(predicted: Predicted, actual: Predicted): Difference[] {
  const { currentParentName: expected, power } = predicted
  const told = (differs: 'snapshot-missing' | 'snapshot-unexpected') => (each: PredictedSnapshot) =>
    ({ differs, snapshot: each.name, parent: each.parentName }) as const
  return [
    ...without(predicted.snapshots, actual.snapshots).map(told('snapshot-missing')),
    ...without(actual.snapshots, predicted.snapshots).map(told('snapshot-unexpected')),
    ...(expected === actual.currentParentName
      ? []
      : [{ differs: 'current', found: actual.currentParentName, expected } as const]),
    ...(power === actual.power ? [] : [{ differs: 'power', found: actual.power, expected: power } as const]),
  ]
}

/** `of` less one occurrence for every equal item of `remove`: names may repeat on vSphere. */
function without(of: readonly PredictedSnapshot[], remove: readonly PredictedSnapshot[]): PredictedSnapshot[] {
  const left = [...remove]
  return of.filter((item) => {
    const at = left.findIndex(({ name, parentName }) => name === item.name && parentName === item.parentName)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
