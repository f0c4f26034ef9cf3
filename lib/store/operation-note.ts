import { DAY, type Instant, type Millis } from '@/lib/domain/units'
import type { Run, RunStep } from './operation-steps'
import { writeSnapshotNote } from './snapshot-notes'
import type { Tx } from './tx'

/** How long a safety snapshot stays after somebody said "All good". */
const SAFETY_KEPT: Millis = 3 * DAY

/** Keeps whose a snapshot is that this step took, and until when. Other steps leave no note. */
export async function writeNoteOf(tx: Tx, run: Run, step: RunStep, at: Instant): Promise<void> {
  if (step.command.do !== 'snapshot.take') return
  const wish = run.intent.do === 'take' ? run.intent : null
  await writeSnapshotNote(tx, {
    guestId: run.guestId,
    snapshotName: step.command.name,
    operationId: run.id,
    role: wish === null ? 'safety' : 'taken',
    owner: wish?.owner ?? run.askedBy,
    purpose: wish?.purpose ?? null,
    expiresAt: wish?.expiresAt ?? null,
    expiresAfterMillis: wish === null ? SAFETY_KEPT : null,
    at,
  })
}
