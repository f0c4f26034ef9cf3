import { describe, expect, it } from 'vitest'
import { VERSION } from '@/lib/config'
import { judgeHealth } from './health'

describe('judgeHealth', () => {
  it('is ok while database and worker answer', () => {
    expect(judgeHealth({ database: 'ok', heartbeatAgeMs: 30_000 })).toEqual({
      status: 'ok',
      version: VERSION,
      database: 'ok',
      worker: { heartbeatAgeMs: 30_000 },
    })
  })

  it.each([
    [{ database: 'down' } as const, { database: 'fail', worker: { heartbeatAgeMs: null }, reason: 'database-down' }],
    [{ database: 'ok', heartbeatAgeMs: 30_001 } as const, { database: 'ok', reason: 'worker-late' }],
    [
      { database: 'ok', heartbeatAgeMs: null } as const,
      { database: 'ok', worker: { heartbeatAgeMs: null }, reason: 'starting' },
    ],
  ])('fails for %j with its reason', (reading, expected) => {
    expect(judgeHealth(reading)).toMatchObject({ status: 'fail', version: VERSION, ...expected })
  })
})
