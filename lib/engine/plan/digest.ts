/**
 * What consent is bound to: the steps, what is lost, and the class of space needed. Not the exact bytes: a guest writes
 * while its owner reads the plan, and a plan that is "changed" at every try teaches people to click it away.
 */
import type { Loss, SpaceEffect, Step } from '@/lib/domain/plan'
import type { Bytes } from '@/lib/domain/units'
import { compareText } from './order'
import { sha256 } from './sha256'

/** Bytes count as the same while they stay within a factor of four. */
const sizeClass = (bytes: Bytes | null): number | null =>
  bytes === null ? null : bytes === 0 ? 0 : 1 + Math.floor(Math.log2(bytes) / 2)

/** SHA-256 of the canonical text; the order in which losses and storages are listed does not matter. */
export function digestOf(plan: {
  steps: readonly Step[]
  losses: readonly Loss[]
  space: readonly SpaceEffect[]
}): string {
  const losses = plan.losses
    .map(({ kind, guestId, name, bytes }) => canonical([kind, guestId, name, bytes && sizeClass(bytes.max)]))
    .sort(compareText)
  const space = plan.space
    .map(({ storageId, peak, bound }) => canonical([storageId, sizeClass(peak.max), bound]))
    .sort(compareText)
  // One step at a time: a bulk plan's steps in one text are megabytes that only the collector of garbage enjoys.
  const steps = plan.steps.map(({ moves: _moves, ...step }) => sha256(canonical(step)))
  return sha256(canonical({ version: 1, steps, losses, space }))
}

/** JSON with sorted keys and without undefined: the same for equal values, however they were made. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${canonical(item)}`
    return `[${text}]`
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record).sort()) {
    const inner = record[key]
    if (inner !== undefined) text += `${text === '' ? '' : ','}"${key}":${canonical(inner)}`
  }
  return `{${text}}`
}
