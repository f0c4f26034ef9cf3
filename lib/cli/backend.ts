/** What a command works on: an installation on this machine, or one elsewhere by its API. Same answers, same refusals. */
import type { z } from 'zod'
import type { OperationEvent } from '@/lib/domain/operation'
import type { Outcome } from '@/lib/domain/result'
import type { ServiceProbe, ServiceProbeResult } from '@/lib/domain/service-probe'
import type { NewConnectionBody } from '@/lib/services/connection/input'
import type { operationSchema, planSchema } from '@/lib/services/program/operation-schemas'
import type {
  collectAnswerSchema,
  connectionSchema,
  connectionTestSchema,
  guestDetailSchema,
  snapshotsSchema,
  storageDetailSchema,
} from '@/lib/services/program/schemas'
import type { serviceProbeSchema } from '@/lib/services/program/service-probe-schemas'

export type ProgramPlan = z.input<typeof planSchema>
export type ProgramOperation = z.input<typeof operationSchema>
export type ProgramConnection = z.input<typeof connectionSchema>
export type ProgramCollect = z.input<typeof collectAnswerSchema>
export type ProgramTest = z.input<typeof connectionTestSchema>
export type ProgramGuest = z.input<typeof guestDetailSchema>
export type ProgramSnapshots = z.input<typeof snapshotsSchema>
export type ProgramStorage = z.input<typeof storageDetailSchema>

export type ProgramServiceProbe = z.input<typeof serviceProbeSchema>

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
  /** Guests with this name or id. */
  findGuests(text: string): Promise<Outcome<{ id: string; name: string; connectionId: string }[]>>
  createPlan(intent: unknown): Promise<Outcome<ProgramPlan>>
  plan(id: string): Promise<Outcome<ProgramPlan>>
  confirm(id: string, body: { digest: string; typedName?: string }): Promise<Outcome<ProgramOperation>>
  operation(id: string): Promise<Outcome<ProgramOperation>>
  /** Reads its guest again; the operation as it is then. */
  lookAgain(id: string): Promise<Outcome<ProgramOperation>>
  serviceProbe(guestId: string): Promise<Outcome<ProgramServiceProbe>>
  /** null = nothing is asked any more */
  setServiceProbe(guestId: string, probe: ServiceProbe | null): Promise<Outcome<ProgramServiceProbe>>
  tryServiceProbe(guestId: string, probe: ServiceProbe): Promise<Outcome<ServiceProbeResult>>
  /** What an operation tells, from its beginning to its end. */
  events(id: string): AsyncIterable<OperationEvent>
  /** No worker runs: what is confirmed is carried out only while this process follows it. */
  worksAlone(): Promise<boolean>
  close(): Promise<void>
}
