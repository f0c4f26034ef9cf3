/** What a person needs who has to look: the facts as last read, and what can be done without doing harm. */

import type { HypervisorKind } from '@/lib/domain/connection'
import type { ChangedField } from '@/lib/domain/difference'
import type { GuestKind } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import type { Attention, NextMove, OperationStep } from '@/lib/domain/operation'
import type { Evidence, SingleIntent, Step } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import { holds } from '@/lib/engine/plan/conditions'

/** What of an operation its way out depends on. */
export type InQuestion = {
  connectionKind: HypervisorKind
  guestKind: GuestKind | null
  guestNativeId: string
  intent: SingleIntent
  steps: readonly Pick<OperationStep, 'key' | 'command' | 'state' | 'askedAt'>[]
}

type StepInQuestion = Pick<Step, 'key' | 'command' | 'guestId' | 'before'> & Pick<OperationStep, 'askedAt'>

/** Names in one piece of evidence; the guest's page shows all. */
const MAX_NAMES = 50

/** The guest as it was last read, beside the step that is in question. `guest` null = it was not there. */
function evidenceOf(step: StepInQuestion | null, guest: KnownGuest | null | undefined): Evidence {
  const asked = step === null ? {} : { step: step.key, asked: step.command.do, askedAt: step.askedAt }
  if (guest === undefined) return { ...asked, guest: 'not read' }
  if (guest === null) return { ...asked, guest: 'gone' }
  const snapshots = guest.snapshots.unread === null ? guest.snapshots.value : null
  const current = snapshots?.items.find(({ nativeId }) => nativeId === snapshots.currentParent)
  return {
    ...asked,
    readAt: guest.collectedAt,
    power: guest.facts.power,
    lock: guest.facts.lock,
    snapshots: snapshots === null ? 'not read' : snapshots.items.map(({ name }) => name).slice(0, MAX_NAMES),
    incomplete:
      snapshots === null ? null : snapshots.items.filter(({ incomplete }) => incomplete).map(({ name }) => name),
    // Beside the names read, no current one means the base disk: said only where the hypervisor says so.
    ...(snapshots?.currentUnknown === true
      ? { currentUnknown: true }
      : { current: snapshots === null ? null : (current?.name ?? null) }),
  }
}

/**
 * Attention with the moves that are safe. After a rollback that may have stopped half-way the disks can stand at two
 * points in time: the same rollback is finished or a backup restored; starting the guest is never offered. Where
 * nothing that was asked is in question, the guest stands at one point in time, and only we had stopped it.
 */
export function attentionOf(
  run: InQuestion,
  step: StepInQuestion | null,
  guest: KnownGuest | null | undefined,
  why: Reason,
): Attention {
  const isHalfDone = step?.command.do === 'snapshot.rollback' && step.askedAt !== null
  // Looking proves nothing of disks at two points in time: what ends that comes first.
  const moves: NextMove[] = isHalfDone ? [] : [{ move: 'look-again' }]
  const lock = guest?.facts.lock ?? null
  if (lock !== null) {
    if (run.connectionKind === 'proxmox') {
      moves.push({ move: 'run-on-node', command: `${toolOf(run)} unlock ${run.guestNativeId}` })
    }
    moves.push({ move: 'wait-for-unlock' })
  }
  const { override: _once, ...intent } = run.intent
  // Where only the service does not answer, the guest is as it should be: the same again would change nothing.
  if (guest !== null && why.code !== 'probe-failed') {
    moves.push({ move: 'propose', intent: isHalfDone ? withoutSafety(intent) : intent })
  }
  if (guest != null && lock === null && isStoppedByUs(run, step, guest)) {
    moves.push({ move: 'start-by-hand', command: startLine(run, guest) })
  }
  if (isHalfDone) moves.push({ move: 'restore-backup' }, { move: 'look-again' })
  if (why.code === 'not-as-predicted' || why.code === 'probe-failed') moves.push({ move: 'accept' })
  return { why, evidence: evidenceOf(step, guest), moves }
}

/** Taken now it would keep disks of two points in time, under a name that promises the state before. */
function withoutSafety(intent: SingleIntent): SingleIntent {
  if (intent.do !== 'rollback') return intent
  const { safetyName: _first, ...rest } = intent
  return { ...rest, safetySnapshot: false }
}

const toolOf = ({ guestKind }: InQuestion): string => (guestKind === 'container' ? 'pct' : 'qm')

/** It is off because a step of ours stopped it, and every command that was sent is proven. */
function isStoppedByUs({ steps }: InQuestion, step: StepInQuestion | null, guest: KnownGuest): boolean {
  if (guest.facts.power !== 'stopped' || step === null || step.askedAt !== null) return false
  const sent = steps.filter(({ key, askedAt }) => key !== step.key && askedAt !== null)
  return (
    sent.every(({ state }) => state === 'done' || state === 'already-so') &&
    sent.some(({ command }) => command.do === 'guest.power' && (command.to === 'shutdown' || command.to === 'off'))
  )
}

function startLine(run: InQuestion, { facts }: KnownGuest): string {
  if (run.connectionKind !== 'proxmox') return `virsh start ${run.guestNativeId}`
  if (facts.ha !== true) return `${toolOf(run)} start ${run.guestNativeId}`
  return `ha-manager set ${run.guestKind === 'container' ? 'ct' : 'vm'}:${run.guestNativeId} --state started`
}

/** Why a step that was not asked yet must not be asked: what is not as it was when it was planned. */
export function whyNotAsked(step: StepInQuestion, guest: KnownGuest | null, plannedAt: string): Reason {
  if (guest === null)
    return {
      code: 'missing',
      what: 'guest',
      name: step.command.do === 'volume.delete' ? step.guestId : step.command.guest.name,
    }
  const failed = unmetOf(step.before, guest)
  const { lock } = guest.facts
  if (lock !== null && failed.includes('unlocked')) {
    return { code: 'guest-locked', lock: lockKind(lock), text: lock }
  }
  return { code: 'changed', since: plannedAt, fields: failed }
}

const lockKind = (lock: string): 'backup' | 'snapshot' | 'migrate' | 'other' =>
  lock === 'backup' || lock === 'migrate'
    ? lock
    : lock.startsWith('snapshot') || lock === 'rollback'
      ? 'snapshot'
      : 'other'

/** The single sentences of a condition that do not hold, or of which nobody tells. */
function unmetOf(condition: Step['before'], guest: KnownGuest): ChangedField[] {
  if (condition.holds === 'always' || holds(condition, guest) === 'yes') return []
  if (condition.holds !== 'all') return [condition.holds]
  return [...new Set(condition.of.flatMap((each) => unmetOf(each, guest)))]
}
