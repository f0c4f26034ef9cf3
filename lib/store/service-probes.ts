/** What guests serve, as people entered it. It is the guest's own: another one under its number does not inherit it. */
import { z } from 'zod'
import type { GuestId } from '@/lib/domain/ids'
import type { ServiceProbe, ServiceProbeSet } from '@/lib/domain/service-probe'
import type { Instant, Millis } from '@/lib/domain/units'
import { recordChanges } from './changes'
import type { Db } from './client'
import { guestMarkSql } from './holds'
import { cleanText } from './text'
import type { Tx } from './tx'

/** `probe` null = none is set. The whole is null when there is no guest of this id. */
export async function serviceProbeOf(
  db: Db,
  guestId: GuestId,
): Promise<{ guestName: string; probe: ServiceProbeSet | null } | null> {
  const [row] = await db.query<{ name: string } & Partial<ProbeColumns>>(
    `SELECT g.name, p.kind, p.host, p.port, p.url, p.expected_status AS "expectedStatus",
       p.any_certificate AS "anyCertificate", p.within_millis AS "withinMillis", p.set_by AS "setBy", p.set_at AS "setAt"
     FROM guests g LEFT JOIN service_probes p
       ON p.connection_id = g.connection_id AND p.guest_mark = ${guestMarkSql('g')} WHERE g.id = $1`,
    [guestId],
  )
  if (row === undefined) return null
  return { guestName: row.name, probe: row.kind == null ? null : probeFrom(row as ProbeColumns) }
}

/** Sets the guest's probe, or takes it away with null. False when there is no guest of this id. */
export async function saveServiceProbe(
  tx: Tx,
  guestId: GuestId,
  said: { probe: ServiceProbe | null; by: string; at: Instant },
): Promise<boolean> {
  const known = await tx.query('SELECT 1 FROM guests WHERE id = $1', [guestId])
  if (known.length === 0) return false
  await tx.query(
    `DELETE FROM service_probes p USING guests g WHERE g.id = $1 AND p.connection_id = g.connection_id
       AND p.guest_mark = ${guestMarkSql('g')}`,
    [guestId],
  )
  if (said.probe !== null) {
    const { kind, withinMillis } = said.probe
    const tcp = said.probe.kind === 'tcp' ? said.probe : null
    const http = said.probe.kind === 'http' ? said.probe : null
    await tx.query(
      `INSERT INTO service_probes (connection_id, guest_mark, kind, host, port, url, expected_status, any_certificate,
         within_millis, set_by, set_at)
       SELECT g.connection_id, ${guestMarkSql('g')}, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM guests g WHERE g.id = $1`,
      [
        guestId,
        kind,
        tcp?.host ?? null,
        tcp?.port ?? null,
        http?.url ?? null,
        http?.expectedStatus ?? null,
        http?.anyCertificate ?? null,
        withinMillis,
        cleanText(said.by),
        said.at,
      ],
    )
  }
  await recordChanges(tx, [{ topic: 'guest', id: guestId }])
  return true
}

type ProbeColumns = {
  kind: string
  host: string | null
  port: number | null
  url: string | null
  expectedStatus: number | null
  anyCertificate: boolean | null
  withinMillis: Millis
  setBy: string
  setAt: Instant
}

function probeFrom({ kind, host, port, url, expectedStatus, anyCertificate, ...rest }: ProbeColumns): ServiceProbeSet {
  const { withinMillis, setBy, setAt } = rest
  const said = { withinMillis, setBy, setAt }
  if (kind === 'tcp' && host !== null && port !== null) return { kind, host, port, ...said }
  if (kind === 'http' && url !== null && expectedStatus !== null && anyCertificate !== null) {
    return { kind, url, expectedStatus, anyCertificate, ...said }
  }
  throw new Error(`a service probe of the kind ${kind} lacks its target`)
}

const withinMillis = z.number()
/** A probe as JSON of ours holds it. What people may enter is judged by the verb that takes it. */
export const serviceProbeSchema: z.ZodType<ServiceProbe> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number(), withinMillis }),
  z.object({
    kind: z.literal('http'),
    url: z.string(),
    expectedStatus: z.number(),
    anyCertificate: z.boolean(),
    withinMillis,
  }),
])
