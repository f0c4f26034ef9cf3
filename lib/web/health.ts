import { VERSION } from '@/lib/config'

/** A worker that is silent for longer is late: pages say so and health fails. */
export const WORKER_LATE_MS = 30_000

export type HealthReason = 'starting' | 'migrating' | 'database-down' | 'worker-late'

/** The body of `GET /api/health`; null = not known. */
export type HealthBody = {
  status: 'ok' | 'fail'
  version: string
  database: 'ok' | 'fail' | null
  worker: { heartbeatAgeMs: number | null }
  reason?: HealthReason
}

/** What we could learn: the database did not answer, or it told the age of the newest heartbeat (null: none yet). */
export type HealthReading = { database: 'down' } | { database: 'ok'; heartbeatAgeMs: number | null }

/** Judges a reading. Healthy means that pages are served from a database and a worker keeps them true. */
export function judgeHealth(reading: HealthReading): HealthBody {
  if (reading.database === 'down') {
    return {
      status: 'fail',
      version: VERSION,
      database: 'fail',
      worker: { heartbeatAgeMs: null },
      reason: 'database-down',
    }
  }
  const { heartbeatAgeMs } = reading
  const body = { version: VERSION, database: 'ok', worker: { heartbeatAgeMs } } as const
  if (heartbeatAgeMs === null) return { status: 'fail', ...body, reason: 'starting' }
  if (heartbeatAgeMs > WORKER_LATE_MS) return { status: 'fail', ...body, reason: 'worker-late' }
  return { status: 'ok', ...body }
}
