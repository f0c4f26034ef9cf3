/** What a command works on: an installation on this machine, or one elsewhere by its API. Same answers, same refusals. */
import type { z } from 'zod'
import type { Outcome } from '@/lib/domain/result'
import type { NewConnectionBody } from '@/lib/services/connection/input'
import type {
  collectAnswerSchema,
  connectionSchema,
  connectionTestSchema,
  guestDetailSchema,
  snapshotsSchema,
  storageDetailSchema,
} from '@/lib/services/program/schemas'

export type ProgramConnection = z.input<typeof connectionSchema>
export type ProgramCollect = z.input<typeof collectAnswerSchema>
export type ProgramTest = z.input<typeof connectionTestSchema>
export type ProgramGuest = z.input<typeof guestDetailSchema>
export type ProgramSnapshots = z.input<typeof snapshotsSchema>
export type ProgramStorage = z.input<typeof storageDetailSchema>

export interface Backend {
  connections(): Promise<Outcome<ProgramConnection[]>>
  addConnection(body: NewConnectionBody): Promise<Outcome<ProgramConnection>>
  testConnection(id: string): Promise<Outcome<ProgramTest>>
  collect(id: string): Promise<Outcome<ProgramCollect>>
  /** Says that everything is about to be read, where that is written down. */
  beginExport(): Promise<Outcome<null>>
  guestIds(): AsyncIterable<Outcome<string>>
  guest(id: string): Promise<Outcome<{ guest: ProgramGuest; snapshots: ProgramSnapshots }>>
  storages(): Promise<Outcome<ProgramStorage[]>>
  close(): Promise<void>
}
