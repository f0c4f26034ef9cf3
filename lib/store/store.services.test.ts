import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionId } from '@/lib/domain/ids'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { listAudit, record } from './audit'
import { changesAfter, latestSeq, pruneChanges, recordChange, recordChanges } from './changes'
import { openStore, type Store } from './client'
import { connectionDetail, deleteConnection, insertConnection, listConnections, updateConnection } from './connections'
import { claimLease, claimLeases, fenceLease, releaseLeases, renewLeases } from './leases'
import { answerQuestion, askWorker, takeQuestions } from './questions'
import { openCollectRequests, requestCollect, waitForCollect } from './requests'
import { withPrismaTransaction, withTransaction } from './tx'

let database: TestDatabase
let store: Store
const NOW = '2026-11-21T08:00:00.000Z'

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(() => store.query('TRUNCATE connections, changes, workers CASCADE'))

const addConnection = async (name: string): Promise<ConnectionId> => {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name,
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
      demo: false,
      createdBy: 'user:lin@example.cn',
    }),
  )
  if (!added.ok) throw new Error(`not added: ${added.why.code}`)
  return added.value
}

describe('transactions', () => {
  test('a throw undoes everything, an inner transaction joins the outer one', async () => {
    await expect(
      withTransaction(store, async (tx) => {
        await recordChange(tx, 'guests', null)
        await withTransaction(tx, (inner) => recordChange(inner, 'storages', null))
        throw new Error('undo')
      }),
    ).rejects.toThrow('undo')
    expect(await latestSeq(store)).toBe(0)
  })

  test('Prisma and raw SQL share one transaction', async () => {
    const undone = withPrismaTransaction(store, async (tx) => {
      await tx.prisma.setting.create({ data: { key: 'a', value: 1 } })
      const rows = await tx.query('SELECT value FROM settings WHERE key = $1', ['a'])
      expect(rows).toEqual([{ value: 1 }])
      // A connection taken inside is another one: it does not see what is not committed.
      expect(await store.query('SELECT 1 FROM settings')).toEqual([])
      await recordChange(tx, 'settings', null)
      throw new Error('undo')
    })
    await expect(undone).rejects.toThrow('undo')
    expect(await store.prisma().setting.count()).toBe(0)
    await withPrismaTransaction(store, async (tx) => {
      await tx.prisma.setting.create({ data: { key: 'a', value: 1 } })
      await recordChange(tx, 'settings', null)
    })
    expect(await changesAfter(store, 0, 10)).toMatchObject([{ topic: 'settings', id: null }])
  })

  test('rows come back as domain values: numbers, instants', async () => {
    const [row] = await store.query(
      `SELECT 9007199254740991::bigint AS bytes, '2026-11-21 05:58:58.5+00'::timestamptz AS at, null::bigint AS none`,
    )
    expect(row).toEqual({ bytes: 9007199254740991, at: '2026-11-21T05:58:58.500Z', none: null })
  })
})

describe('change log', () => {
  test('seq is in commit order with 8 concurrent recorders: a reader that follows it misses nothing', async () => {
    const seen: number[] = []
    let done = false
    const reader = (async () => {
      let last = 0
      for (;;) {
        const finished = done
        const found = await changesAfter(store, last, 1_000)
        seen.push(...found.map((change) => change.seq))
        last = found.at(-1)?.seq ?? last
        if (finished && found.length === 0) return
      }
    })()
    await Promise.all(
      Array.from({ length: 8 }, async (_, recorder) => {
        for (let index = 0; index < 25; index += 1) {
          await withTransaction(store, async (tx) => {
            await recordChanges(tx, [
              { topic: 'guest', id: `${recorder}-${index}` },
              { topic: 'guests', id: null },
            ])
            await tx.query('SELECT pg_sleep(0.001 * random())')
          })
        }
      }),
    )
    done = true
    await reader
    const [count] = await store.query<{ count: number }>('SELECT count(*) AS count FROM changes')
    expect(count?.count).toBe(400)
    expect(seen).toHaveLength(400)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  test('pruning keeps the newest entry', async () => {
    await withTransaction(store, (tx) => recordChanges(tx, [{ topic: 'guests', id: null }]))
    await withTransaction(store, (tx) => recordChanges(tx, [{ topic: 'storages', id: null }]))
    await store.query(`UPDATE changes SET at = now() - interval '2 days'`)
    const latest = await latestSeq(store)
    expect(await pruneChanges(store, 86_400_000)).toBe(1)
    expect(await latestSeq(store)).toBe(latest)
  })
})

describe('audit log', () => {
  test('pages through newest first, cleans text, and can never be rewritten', async () => {
    const actor = { kind: 'user', userId: 'u' as never, email: 'lin@example.cn', role: 'admin' } as const
    for (let index = 0; index < 5; index += 1) {
      await withTransaction(store, (tx) =>
        record(tx, { actor, action: 'connection.added', subject: `connection:${index}\u0000`, detail: { index } }),
      )
    }
    const first = await listAudit(store, { limit: 3 })
    const second = await listAudit(store, { limit: 3, cursor: first.nextCursor ?? undefined })
    expect([...first.entries, ...second.entries].map((entry) => entry.detail.index)).toEqual([4, 3, 2, 1, 0])
    expect(second.nextCursor).toBeNull()
    expect(first.entries[0]?.subject).toBe('connection:4\ufffd')
    await expect(store.query(`DELETE FROM audit`)).rejects.toThrow('never changed')
  })
})

describe('connections', () => {
  test('added, listed, changed, removed; names are unique', async () => {
    const id = await addConnection('kvm-gz-01')
    const again = await withTransaction(store, (tx) =>
      insertConnection(tx, {
        name: 'kvm-gz-01',
        kind: 'libvirt',
        mode: 'observe',
        address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
        demo: false,
        createdBy: 'x',
      }),
    )
    expect(again).toMatchObject({ ok: false, why: { code: 'already-exists' } })
    expect(await listConnections(store, NOW)).toMatchObject([
      {
        id,
        name: 'kvm-gz-01',
        health: { state: 'never-read', failures: 0, lastError: null },
        unread: [],
        guestCount: 0,
      },
    ])
    expect(await withTransaction(store, (tx) => updateConnection(tx, id, { mode: 'operate' }))).toEqual({
      ok: true,
      value: null,
    })
    expect(await connectionDetail(store, id, NOW)).toMatchObject({ mode: 'operate', name: 'kvm-gz-01' })
    await withTransaction(store, (tx) => deleteConnection(tx, id))
    expect(await connectionDetail(store, id, NOW)).toBeNull()
    expect(await withTransaction(store, (tx) => deleteConnection(tx, id))).toMatchObject({ ok: false })
  })
})

describe('leases', () => {
  test('two workers claiming at once never share a connection', async () => {
    for (let index = 0; index < 20; index += 1) await addConnection(`c${index}`)
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((worker) => claimLeases(store, worker, 7)))
    const owned = claims.flat().map((lease) => lease.connectionId)
    expect(new Set(owned).size).toBe(owned.length)
    const rest = await claimLeases(store, 'e', 100)
    expect(owned.length + rest.length).toBe(20)
  })

  test('an expired lease is taken over with a higher epoch, and the old owner can write nothing', async () => {
    const id = await addConnection('c')
    const [old] = await claimLeases(store, 'a', 1)
    expect(await claimLease(store, id, 'b')).toMatchObject({ ok: false, why: { code: 'not-owner' } })
    await store.query(`UPDATE connection_leases SET expires_at = now() - interval '1 second'`)
    const taken = await claimLease(store, id, 'b')
    expect(taken).toMatchObject({ ok: true, value: { epoch: 2 } })
    if (old === undefined || !taken.ok) throw new Error('no lease')
    expect(await withTransaction(store, (tx) => fenceLease(tx, old))).toMatchObject({ ok: false })
    expect(await withTransaction(store, (tx) => fenceLease(tx, taken.value))).toMatchObject({ ok: true })
    expect(await renewLeases(store, 'a')).toEqual([])
    await releaseLeases(store, [old])
    expect(await renewLeases(store, 'b')).toHaveLength(1)
    await releaseLeases(store, [taken.value])
    expect(await claimLease(store, id, 'a')).toMatchObject({ ok: true, value: { epoch: 3 } })
  })

  test('a take-over waits for a writing owner, whose writing renews the lease', async () => {
    const id = await addConnection('c')
    const [lease] = await claimLeases(store, 'a', 1)
    if (lease === undefined) throw new Error('no lease')
    await store.query(`UPDATE connection_leases SET expires_at = now() - interval '1 second'`)
    let takeOver: Promise<unknown> = Promise.resolve()
    await withTransaction(store, async (tx) => {
      expect(await fenceLease(tx, lease)).toMatchObject({ ok: true })
      takeOver = claimLease(store, id, 'b')
      await tx.query('SELECT pg_sleep(0.1)')
    })
    expect(await takeOver).toMatchObject({ ok: false, why: { code: 'not-owner' } })
  })
})

describe('requests and questions', () => {
  test('a request nobody answers ends in time', async () => {
    const connectionId = await addConnection('c')
    const id = await requestCollect(store, { connectionId, scope: { whole: true }, requestedBy: 'user:lin' })
    expect(await openCollectRequests(store, [connectionId])).toMatchObject([{ id, scope: { whole: true } }])
    expect(await waitForCollect(store, id, 60)).toEqual({
      ok: false,
      why: { code: 'not-collected-in-time', waitedMillis: 60 },
    })
  })

  test('a question is given out once and its answer reaches the asker', async () => {
    const connectionId = await addConnection('c')
    const asked = askWorker(store, { connectionId, kind: 'test' }, 60_000)
    const questions = await untilSome(() => takeQuestions(store, [connectionId]))
    expect(questions).toMatchObject([{ kind: 'test', connectionId }])
    expect(await takeQuestions(store, [connectionId])).toEqual([])
    await answerQuestion(store, questions[0]?.id ?? '', {
      ok: false,
      why: { code: 'unreachable', address: 'kvm-gz-01', cause: 'refused' },
      native: { source: 'socket', code: 'ECONNREFUSED', text: 'secret words' },
    })
    expect(await asked).toEqual({ ok: false, why: { code: 'unreachable', address: 'kvm-gz-01', cause: 'refused' } })
  })
})

async function untilSome<T>(look: () => Promise<T[]>): Promise<T[]> {
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    const found = await look()
    if (found.length > 0) return found
  }
  throw new Error('nothing came')
}
