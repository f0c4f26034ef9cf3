import { expect, test, vi } from 'vitest'
import { asId, type ConnectionId } from '@/lib/domain/ids'
import type { Store } from '@/lib/store/client'
import { TEST_NOW } from '@/lib/testing/builders'
import { OperationRunner } from './run-operations'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const queued = {
  id: 'o',
  parentId: null,
  connectionId: 'c',
  guestNativeId: 'g',
  state: 'queued',
  storages: [],
}

test('begins nothing once it was told to stop, though the database was still answering', async () => {
  let answer: (rows: unknown[]) => void = () => undefined
  const query = vi.fn((sql: string) =>
    sql.includes('FROM operations') ? Promise.resolve([queued]) : new Promise((resolve) => (answer = resolve)),
  )
  const leaseOf = vi.fn(() => null)
  const runner = new OperationRunner({
    store: { query } as unknown as Store,
    log,
    collector: { ids: [asId<ConnectionId>('c')], use: vi.fn(), readGuest: vi.fn(), leaseOf },
    now: () => TEST_NOW,
    onEnded: () => undefined,
  })
  const round = runner.tick()
  await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(2))
  await runner.stop()
  answer([])
  await round
  // Who begins an operation asks for the lease first.
  expect(leaseOf).not.toHaveBeenCalled()
})
