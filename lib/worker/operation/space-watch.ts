/** What an operation needed and gave back on its storages, as their own figures told; and what a merge teaches. */
import type { StorageId } from '@/lib/domain/ids'
import type { SpaceActual } from '@/lib/domain/operation'
import { type Bytes, elapsedMillis, type Instant } from '@/lib/domain/units'
import type { Store } from '@/lib/store/client'
import { recordMeasured } from '@/lib/store/measurements'
import { type Run, type RunStep, usedBytes } from '@/lib/store/operation-steps'
import type { Tx } from '@/lib/store/tx'

export class SpaceWatch {
  private before: ReadonlyMap<StorageId, Bytes | null> = new Map()
  private now: ReadonlyMap<StorageId, Bytes | null> = new Map()
  private readonly most = new Map<StorageId, Bytes>()

  constructor(
    private readonly store: Store,
    private readonly run: Run,
  ) {}

  private get storages(): StorageId[] {
    const named = this.run.steps.flatMap((step) => step.storages)
    return [...new Set([...named, ...this.run.spacePredicted.map(({ storageId }) => storageId)])]
  }

  /** Remembers what was used before. An operation that goes on after a crash no longer knows, and says so. */
  async begin(): Promise<void> {
    if (this.storages.length === 0) return
    const fresh = this.run.steps.every((step) => step.state === 'waiting')
    this.now = await usedBytes(this.store, this.storages)
    if (fresh) this.before = this.now
  }

  /** Looks again, after a reading was stored. */
  async look(): Promise<void> {
    if (this.storages.length === 0) return
    this.now = await usedBytes(this.store, this.storages)
    for (const [id, used] of this.now) if (used !== null) this.most.set(id, Math.max(used, this.most.get(id) ?? 0))
  }

  async actual(): Promise<SpaceActual[]> {
    return this.storages.map((storageId) => {
      const before = this.before.get(storageId) ?? null
      const now = this.now.get(storageId) ?? null
      const most = this.most.get(storageId) ?? null
      return {
        storageId,
        peakBytes: before === null || most === null ? null : Math.max(0, most - before),
        freedBytes: before === null || now === null ? null : before - now,
      }
    })
  }

  /** Remembers how fast a step moved bytes, where its task told bytes. */
  async measure(tx: Tx, step: RunStep, now: Instant): Promise<void> {
    const { progress, askedAt } = step
    const [storageId] = step.storages
    if (storageId === undefined || askedAt === null || progress === null || progress.unit !== 'bytes') return
    const tookMillis = elapsedMillis(askedAt, now)
    if (progress.done <= 0 || tookMillis <= 0) return
    const figures = { movedBytes: progress.done, tookMillis, peakBytes: null, freedBytes: null }
    await recordMeasured(tx, this.run.id, { storageId, at: now, ...figures })
  }
}
