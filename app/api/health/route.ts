import { getStore } from '@/lib/store/client'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { type HealthReading, judgeHealth } from '@/lib/web/health'

export const dynamic = 'force-dynamic'

/** A database that needs longer for one small row is as good as down for whoever asks. */
const DATABASE_PATIENCE_MS = 3_000

/** `GET /api/health`: anonymous, for balancers and monitoring. Tells no more than whether we work. */
export async function GET(): Promise<Response> {
  const body = judgeHealth(await read())
  return Response.json(body, { status: body.status === 'ok' ? 200 : 503, headers: { 'Cache-Control': 'no-store' } })
}

async function read(): Promise<HealthReading> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the database did not answer in time')), DATABASE_PATIENCE_MS)
  })
  try {
    return { database: 'ok', heartbeatAgeMs: await Promise.race([readWorkerHeartbeatAge(getStore()), late]) }
  } catch (error) {
    console.error(`health: ${error instanceof Error ? error.message : String(error)}`)
    return { database: 'down' }
  } finally {
    clearTimeout(timer)
  }
}
