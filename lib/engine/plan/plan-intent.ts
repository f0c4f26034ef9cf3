/**
 * From what is asked to a plan: immutable, complete, with everything a person must know before agreeing; or to why not,
 * and what works instead. Pure: the same world and the same moment give the same plan.
 */
import type { GuestId, PlanId } from '@/lib/domain/ids'
import type { Check, Intent, Plan, Planned, PlanPart, SingleIntent } from '@/lib/domain/plan'
import type { PlanWorld } from '@/lib/domain/plan-world'
import type { Reason } from '@/lib/domain/reason'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { joinIntents } from './batch'
import { consentOf } from './consent'
import { contextOf } from './context'
import { costsOf } from './costs'
import { digestOf } from './digest'
import { alternativesOf, isPossible, type Part, planOne, stopping } from './plan-one'
import { fitting, schedule } from './schedule'
import { roomOn, spaceOf } from './space'
import { timeOf } from './time'
import { indexWorld, type WorldIndex } from './world-index'

/** `id` is the caller's: nothing here is random. */
export function planIntent(intent: Intent, world: PlanWorld, now: Instant, id: PlanId): Planned {
  const index = indexWorld(world)
  const asked = intent.do === 'batch' ? joinIntents(intent.intents) : { intents: [intent], why: null }
  const refuse = (why: Reason[], checks: Check[], instead: Intent[]): Planned => ({
    kind: 'impossible',
    id,
    intent,
    why,
    checks,
    instead,
    madeAt: now,
  })
  if (asked.why !== null) return refuse([asked.why], [], [])
  const override = intent.do === 'batch' ? (intent.override ?? []) : []
  const planned: Part[] = []
  const prefixes = keyPrefixes(index, asked.intents)
  for (const each of asked.intents) {
    const guest = index.guests.get(each.guestId)
    const context =
      guest === undefined ? null : contextOf(index, guest, now, prefixes.get(each.guestId) ?? each.guestId)
    if (context === null) return refuse([{ code: 'missing', what: 'guest', name: each.guestId }], [], [])
    planned.push(planOne(context, each, override))
  }
  const parts = schedule(planned)
  const checks = parts.flatMap((part) => part.checks)
  const stuck = parts.filter((part) => !isPossible(part))
  if (stuck.length > 0) {
    return refuse(reasonsOf(stuck), checks, [...stuck.flatMap(alternativesOf), ...withoutThem(intent, parts, stuck)])
  }
  const { over } =
    parts.length > 1 && !override.includes('space-for-plan') ? fitting(parts, index.storages) : { over: [] }
  if (over.length > 0) {
    const short = shortage(index, parts)
    return refuse(short.why, [...checks, ...short.checks], withoutThem(intent, parts, over))
  }
  return { kind: 'plan', plan: assemble(id, intent, parts, checks, index, now) }
}

/** Step keys begin with the guest's name, numbered where a name repeats. */
function keyPrefixes(index: WorldIndex, intents: readonly SingleIntent[]): Map<GuestId, string> {
  const prefixes = new Map<GuestId, string>()
  const used = new Map<string, number>()
  for (const id of intents.map(({ guestId }) => guestId).sort()) {
    if (prefixes.has(id)) continue
    const name = index.guests.get(id)?.known.facts.name ?? id
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    prefixes.set(id, count === 1 ? name : `${name}#${count}`)
  }
  return prefixes
}

/** Each reason once, checks that hold for every plan first, as their order tells. */
function reasonsOf(parts: readonly Part[]): Reason[] {
  const reasons = parts.flatMap((part) => {
    const told = stopping(part).flatMap(({ why }) => why ?? [])
    return told.length > 0 ? told : part.draft.refusals.map(({ why }) => why)
  })
  const found = reasons.length > 0 ? reasons : [{ code: 'nothing-to-do' } as const]
  return [...new Map(found.map((why) => [JSON.stringify(why), why])).values()]
}

/** The rest of a batch, where some of it cannot be done. */
function withoutThem(intent: Intent, parts: readonly Part[], stuck: readonly Part[]): Intent[] {
  if (intent.do !== 'batch') return []
  const rest = parts.filter((part) => !stuck.includes(part)).map(({ draft }) => draft.intent)
  return rest.length === 0 ? [] : [{ ...intent, intents: rest }]
}

/** The whole batch passes a ceiling although each of its parts would fit: which storages' it is, and by how much. */
function shortage(index: WorldIndex, parts: readonly Part[]): { why: Reason[]; checks: Check[] } {
  const checks = spaceOf(parts.flatMap(({ draft }) => draft.moves)).flatMap(({ storageId, storageName, peak }) => {
    const storage = index.storages.get(storageId)
    const room = storage === undefined ? null : roomOn(storage)
    if (peak.max === 0 || (peak.max !== null && room !== null && peak.max <= room)) return []
    const availableBytes = storage?.known.facts.availableBytes ?? null
    const evidence = { storage: storageName, needsBytes: peak.max, roomBytes: room, availableBytes }
    const told: Pick<Check, 'verdict' | 'why'> =
      peak.max === null || room === null
        ? { verdict: 'unknown', why: { code: 'space-unknown', storage: storageName } }
        : { verdict: 'block', why: { code: 'storage-short', storage: storageName, needs: peak.max, has: room } }
    return [
      { id: 'space-for-plan' as const, guestId: null, by: 'guard' as const, evidence, overridden: false, ...told },
    ]
  })
  return { why: checks.flatMap(({ why }) => why ?? []), checks }
}

function assemble(
  id: PlanId,
  intent: Intent,
  parts: readonly Part[],
  checks: Check[],
  index: WorldIndex,
  now: Instant,
): Plan {
  const drafts = parts.map(({ draft }) => draft)
  const steps = drafts.flatMap((draft) => draft.steps)
  const losses = drafts.flatMap((draft) => draft.losses)
  const space = spaceOf(drafts.flatMap((draft) => draft.moves))
  const [only] = parts
  const resolved = drafts.map((draft) => draft.intent)
  const [first] = resolved
  return {
    version: 1,
    id,
    intent: intent.do === 'batch' ? { ...intent, intents: resolved } : (first ?? intent),
    parts: parts.map(partOf),
    steps,
    checks,
    losses,
    merges: drafts.flatMap((draft) => draft.merges),
    keeps: drafts.flatMap((draft) => draft.keeps),
    space,
    costs: costsOf(
      steps,
      drafts.flatMap((draft) => draft.moves),
      index.storages,
    ),
    time: timeOf(steps, index.storages),
    downtime: drafts.some(({ downtime }) => downtime === 'off')
      ? 'off'
      : drafts.some(({ downtime }) => downtime === 'stun')
        ? 'stun'
        : 'none',
    ...consentOf(parts),
    predicted: only !== undefined && parts.length === 1 ? only.draft.predicted : null,
    digest: digestOf({ steps, losses, space }),
    madeAt: now,
    validUntil: instantAt(epochMillis(now) + index.world.policy.validMillis),
  }
}

const partOf = ({ context, draft }: Part): PlanPart => ({
  guestId: context.guest.id,
  guestName: context.ref.name,
  connectionId: context.guest.connectionId,
  guestFingerprint: context.guest.fingerprint,
  intent: draft.intent,
  stepKeys: draft.steps.map(({ key }) => key),
  predicted: draft.predicted,
  safetySnapshot: draft.safetySnapshot,
  consistency: draft.consistency,
})
