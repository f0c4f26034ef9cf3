/** Questions only the hypervisor can answer, put to the worker that owns the connection: web opens no saved connection. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { ABILITIES, type Probe } from '@/lib/domain/connection'
import { asId, type ConnectionId, type SnapshotId, type SnapshotRef } from '@/lib/domain/ids'
import type { ConfigurationMap, Scope } from '@/lib/domain/inventory'
import { type Outcome, refused } from '@/lib/domain/result'
import type { ServiceProbe, ServiceProbeResult } from '@/lib/domain/service-probe'
import type { Millis } from '@/lib/domain/units'
import type { Db } from './client'
import { configurationSchema, reasonSchema } from './json'
import { type CollectAnswer, requestCollect, waitForCollect } from './requests'
import { serviceProbeSchema } from './service-probes'
import { cleanJson } from './text'
import { waitFor } from './wait-for'

export type Question =
  | { connectionId: ConnectionId; kind: 'test' }
  | { connectionId: ConnectionId; kind: 'configuration-at'; input: { snapshotId: SnapshotId } }
  | { connectionId: ConnectionId; kind: 'service-probe'; input: { probe: ServiceProbe } }
  | { connectionId: ConnectionId; kind: 'collect'; input: { scope: Scope; requestedBy: string } }

export type AnswerOf<Kind extends Question['kind']> = Kind extends 'test'
  ? Probe
  : Kind extends 'configuration-at'
    ? ConfigurationMap
    : Kind extends 'service-probe'
      ? ServiceProbeResult
      : CollectAnswer

type Answer = Probe | ConfigurationMap | ServiceProbeResult

/**
 * Puts a question to the worker and waits for its answer, at most `timeoutMillis` (then `not-collected-in-time`).
 * Must not run inside a transaction: the worker sees the question only when it is committed.
 */
export async function askWorker<Asked extends Question>(
  db: Db,
  question: Asked,
  timeoutMillis: Millis,
  signal?: AbortSignal,
): Promise<Outcome<AnswerOf<Asked['kind']>>> {
  const answer = await ask(db, question, timeoutMillis, signal)
  // The kind of answer follows the kind of question; TypeScript does not narrow a generic by its member.
  return answer as Outcome<AnswerOf<Asked['kind']>>
}

async function ask(
  db: Db,
  question: Question,
  timeoutMillis: Millis,
  signal: AbortSignal | undefined,
): Promise<Outcome<Answer | CollectAnswer>> {
  if (question.kind === 'collect') {
    const id = await requestCollect(db, { connectionId: question.connectionId, ...question.input })
    return waitForCollect(db, id, timeoutMillis, signal)
  }
  const id = randomUUID()
  await db.query('INSERT INTO questions (id, connection_id, kind, input) VALUES ($1, $2, $3, $4)', [
    id,
    question.connectionId,
    question.kind,
    cleanJson(question.kind === 'test' ? {} : question.input),
  ])
  const schema: z.ZodType<Outcome<Answer>> = ANSWERS[question.kind]
  return waitFor<Answer>(timeoutMillis, signal, async () => {
    const [row] = await db.query<{ done: boolean; answer: unknown }>(
      'SELECT finished_at IS NOT NULL AS done, answer FROM questions WHERE id = $1',
      [id],
    )
    if (row === undefined) return refused({ code: 'missing', what: 'connection', name: question.connectionId })
    return row.done ? schema.parse(row.answer) : null
  })
}

/** A question as the worker sees it. */
export type OpenQuestion = { id: string; connectionId: ConnectionId } & (
  | { kind: 'test' }
  | { kind: 'configuration-at'; snapshotId: SnapshotId }
  | { kind: 'service-probe'; probe: ServiceProbe }
)

/** Takes the open questions about these connections; each is given out once. */
export async function takeQuestions(db: Db, connectionIds: readonly ConnectionId[]): Promise<OpenQuestion[]> {
  const rows = await db.query<{ id: string; connectionId: string; kind: string; input: unknown }>(
    `UPDATE questions SET started_at = now() WHERE id IN (
       SELECT id FROM questions WHERE finished_at IS NULL AND connection_id = ANY($1)
         AND (started_at IS NULL OR started_at < now() - interval '1 minute')
       ORDER BY asked_at FOR UPDATE SKIP LOCKED)
     RETURNING id, connection_id AS "connectionId", kind, input`,
    [connectionIds],
  )
  return rows.map((row): OpenQuestion => {
    const base = { id: row.id, connectionId: asId<ConnectionId>(row.connectionId) }
    const kind = kindSchema.parse(row.kind)
    if (kind === 'test') return { ...base, kind }
    if (kind === 'service-probe') return { ...base, kind, probe: probeInputSchema.parse(row.input).probe }
    return { ...base, kind, snapshotId: asId<SnapshotId>(inputSchema.parse(row.input).snapshotId) }
  })
}

/** Stores the answer; whoever waits sees it at their next look. */
export async function answerQuestion(db: Db, id: string, answer: Outcome<Answer>): Promise<void> {
  // What the hypervisor said natively is for the log, not for a row that a page reads.
  const stored = answer.ok ? answer : { ok: false, why: answer.why }
  await db.query('UPDATE questions SET finished_at = now(), answer = $2 WHERE id = $1', [id, cleanJson(stored)])
}

/** How the hypervisor names a snapshot we know; null when it is gone. */
export async function snapshotRefOf(db: Db, snapshotId: SnapshotId): Promise<SnapshotRef | null> {
  const [row] = await db.query<{
    nativeId: string
    name: string
    guestNativeId: string
    guestName: string
    node: string
  }>(
    `SELECT s.native_id AS "nativeId", s.name, g.native_id AS "guestNativeId", g.name AS "guestName", g.node
     FROM snapshots s JOIN guests g ON g.id = s.guest_id WHERE s.id = $1`,
    [snapshotId],
  )
  if (row === undefined) return null
  return {
    nativeId: row.nativeId,
    name: row.name,
    guest: { nativeId: row.guestNativeId, name: row.guestName, node: row.node },
  }
}

const kindSchema = z.enum(['test', 'configuration-at', 'service-probe'])
const inputSchema = z.object({ snapshotId: z.string() })
const probeInputSchema = z.object({ probe: serviceProbeSchema })
const refusedSchema = z.object({ ok: z.literal(false), why: reasonSchema })

/** A key that may be missing stays missing: zod writes undefined where the type has nothing. */
const withoutUndefined = <Shape extends object>(
  value: Shape,
): { [Key in keyof Shape]: Exclude<Shape[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never

const findingSchema = z
  .object({
    ability: z.enum(ABILITIES),
    granted: z.enum(['yes', 'some', 'no', 'unknown']),
    why: reasonSchema.optional(),
    needs: z.object({ privilege: z.string(), path: z.string() }).optional(),
    on: z.array(z.string()).optional(),
  })
  .transform(withoutUndefined)

const probeSchema: z.ZodType<Probe> = z
  .object({
    product: z.string(),
    version: z.string(),
    node: z.string(),
    clockSkewMillis: z.number().nullable(),
    guests: z.number().nullable(),
    access: z.array(findingSchema),
    cluster: z
      .object({
        name: z.string().nullable(),
        nodes: z.array(z.object({ name: z.string(), online: z.boolean(), fingerprint: z.string().nullable() })),
        quorate: z.boolean().nullable(),
      })
      .optional(),
    certificate: z
      .object({
        fingerprint: z.string(),
        validTo: z.string().nullable(),
        trust: z.enum(['public', 'authority', 'leaf']),
      })
      .optional(),
    authority: z
      .object({ pem: z.string(), fingerprint: z.string(), subject: z.string(), validTo: z.string().nullable() })
      .nullable()
      .optional(),
  })
  .transform(withoutUndefined)
const probeAnswerSchema = z.union([refusedSchema, z.object({ ok: z.literal(true), value: probeSchema })])
const configurationAnswerSchema = z.union([
  refusedSchema,
  z.object({ ok: z.literal(true), value: configurationSchema }),
])
const serviceProbeAnswerSchema = z.union([
  refusedSchema,
  z.object({
    ok: z.literal(true),
    value: z.union([
      z.object({ result: z.literal('pass'), tookMillis: z.number() }),
      z.object({ result: z.enum(['fail', 'unknown']), why: reasonSchema }),
    ]),
  }),
])
const ANSWERS = {
  test: probeAnswerSchema,
  'configuration-at': configurationAnswerSchema,
  'service-probe': serviceProbeAnswerSchema,
}
