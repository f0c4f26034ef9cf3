import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asId, type OperationId, type StorageId } from '@/lib/domain/ids'
import type { SingleIntent, Step } from '@/lib/domain/plan'
import type { CommandFault } from '@/lib/hypervisors/fake/tasks'
import { openStore, type Store } from '@/lib/store/client'
import { findOperation, requestCancel } from '@/lib/store/operations'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import {
  anOperation,
  aScene,
  aStep,
  collectWhole,
  guestRef,
  HOST_AWAY,
  IMPATIENT,
  Life,
  now,
  type Scene,
  takeOver,
  work,
} from './testing/execution'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 20 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const snapshotRef = (scene: Scene, name: string) => ({ guest: guestRef(scene), nativeId: name, name })

const takeStep = (scene: Scene, name: string): Step => {
  const disks = [{ target: 'vda', mode: 'internal' as const }]
  const flags = { memory: 'none' as const, memoryFile: null, quiesce: false, description: '' }
  return aStep(
    scene,
    { do: 'snapshot.take', guest: guestRef(scene), name, disks, ...flags },
    { before: { holds: 'snapshot-absent', name }, after: { holds: 'snapshot-complete', name } },
  )
}
const deleteStep = (scene: Scene, name: string): Step =>
  aStep(
    scene,
    {
      do: 'snapshot.delete',
      guest: guestRef(scene),
      snapshot: snapshotRef(scene, name),
      children: 'keep',
      how: 'whole',
    },
    { before: { holds: 'snapshot-exists', name }, after: { holds: 'snapshot-absent', name } },
  )
const powerStep = (scene: Scene, to: 'on' | 'shutdown'): Step =>
  aStep(
    scene,
    { do: 'guest.power', guest: guestRef(scene), to, timeLimitMillis: 1000 },
    { after: { holds: 'power', in: [to === 'on' ? 'running' : 'stopped'] } },
  )
const rollbackStep = (scene: Scene, name: string): Step =>
  aStep(
    scene,
    {
      do: 'snapshot.rollback',
      guest: guestRef(scene),
      snapshot: snapshotRef(scene, name),
      powerAfter: 'as-saved',
      force: false,
    },
    {
      before: { holds: 'all', of: [{ holds: 'snapshot-complete', name }, { holds: 'unlocked' }] },
      after: { holds: 'current-parent', name },
      proof: 'act',
    },
  )

type Story = {
  name: string
  prepare: (scene: Scene) => void
  steps: (scene: Scene) => Step[]
  intent: (scene: Scene) => SingleIntent
  /** what must be so at the end, wherever it was interrupted */
  expect: (scene: Scene) => void
}

const names = ({ world, nativeId }: Scene) => world.guests.get(nativeId)?.snapshots.map(({ name }) => name)

const STORIES: Story[] = [
  {
    name: 'take',
    prepare: () => undefined,
    steps: (scene) => [takeStep(scene, 'a')],
    intent: ({ guestId }) => ({ do: 'take', guestId, memory: false, quiesce: false }),
    expect: (scene) => expect(names(scene)).toEqual(['a']),
  },
  {
    name: 'delete two',
    prepare: ({ world, nativeId }) => {
      for (const name of ['a', 'b', 'c']) world.take(nativeId, { name })
    },
    steps: (scene) => [deleteStep(scene, 'a'), deleteStep(scene, 'b')],
    intent: ({ guestId }) => ({ do: 'delete', guestId, snapshotIds: [], children: 'keep' }),
    expect: (scene) => expect(names(scene)).toEqual(['c']),
  },
  {
    name: 'rollback with a safety snapshot',
    prepare: ({ world, nativeId }) => {
      world.take(nativeId, { name: 'a' })
      world.setPower(nativeId, 'running')
    },
    steps: (scene) => [
      takeStep(scene, 'safety'),
      powerStep(scene, 'shutdown'),
      rollbackStep(scene, 'a'),
      powerStep(scene, 'on'),
    ],
    intent: ({ guestId }) => ({ do: 'rollback', guestId, snapshotId: '' as never }),
    expect: (scene) => {
      expect(names(scene)).toEqual(['a', 'safety'])
      expect(scene.world.guests.get(scene.nativeId)).toMatchObject({
        currentParent: 'a',
        facts: { power: 'running' },
      })
    },
  },
]

async function prepared(story: Story): Promise<{ scene: Scene; id: OperationId }> {
  const scene = await aScene(store)
  story.prepare(scene)
  await collectWhole(scene)
  return { scene, id: await anOperation(scene, story.steps(scene), story.intent(scene)) }
}

/** However it was interrupted: each command was taken at most once, and nothing is left behind. */
async function expectTidy(scene: Scene, id: OperationId): Promise<void> {
  const asked = [...scene.world.tasks.values()].map(({ command }) => JSON.stringify(command))
  expect(new Set(asked).size, 'a command was taken twice').toBe(asked.length)
  const slots = await store.query('SELECT 1 FROM storage_slots WHERE operation_id = $1', [id])
  expect(slots).toEqual([])
  const operation = await findOperation(store, id)
  expect(operation?.finishedAt).not.toBeNull()
  expect(operation?.steps.every(({ finishedAt }) => finishedAt !== null)).toBe(true)
  const events = await store.query<{ seq: number }>(
    'SELECT seq FROM operation_events WHERE operation_id = $1 ORDER BY seq',
    [id],
  )
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
}

describe('a worker that dies', () => {
  test.each(STORIES)(
    'after any write and any call of: $name — the next one comes to the same end',
    async (story) => {
      const whole = await prepared(story)
      const life = new Life()
      expect(await work(whole.scene, whole.id, life)).toBe('ended')
      expect(await findOperation(store, whole.id)).toMatchObject({ state: 'succeeded' })
      story.expect(whole.scene)
      await expectTidy(whole.scene, whole.id)
      for (let point = 1; point <= life.count; point += 1) {
        const { scene, id } = await prepared(story)
        expect(await work(scene, id, new Life(point)), `killed after ${life.told[point - 1]} (${point})`).toBe('killed')
        expect(await work(scene, id)).toBe('ended')
        const { state, why, steps } = (await findOperation(store, id)) ?? {}
        const where = `killed after ${point} (${life.told[point - 1]}): ${JSON.stringify({ why, steps: steps?.map((each) => each.state) })}`
        expect(state, where).toBe('succeeded')
        story.expect(scene)
        await expectTidy(scene, id)
      }
    },
    1_200_000,
  )
})

const asked = (scene: Scene, what: string) =>
  [...scene.world.tasks.values()].filter(({ command }) => command.do === what)
const ended = async (id: OperationId) => {
  const operation = await findOperation(store, id)
  if (operation === null) throw new Error('no operation')
  return operation
}
const deletion = async () => {
  const [, story] = STORIES
  if (story === undefined) throw new Error('no story')
  return prepared(story)
}
const hold = ({ connectionId, nativeId, guestId }: Scene, snapshot: string) =>
  store.query(
    `INSERT INTO holds (id, connection_id, guest_mark, guest_id, guest_name, snapshot_native_id, snapshot_name, note,
       placed_by, placed_at) VALUES ($1, $2, $3, $4, 'web', $5, $5, 'audit', 'user:lin', now())`,
    [randomUUID(), connectionId, nativeId, guestId, snapshot],
  )
/** A rollback that an operator asked for, with the guest's clean shutdown first. */
const shuttingDown = async () => {
  const scene = await aScene(store, { power: 'running' })
  scene.world.take(scene.nativeId, { name: 'a' })
  await collectWhole(scene)
  const steps = [powerStep(scene, 'shutdown'), rollbackStep(scene, 'a'), powerStep(scene, 'on')]
  const id = await anOperation(scene, steps, { do: 'rollback', guestId: scene.guestId, snapshotId: asId('a') })
  const userId = randomUUID()
  await store.query(`INSERT INTO users (id, email, name, role) VALUES ($1, $1, 'Lin', 'operator')`, [userId])
  await store.query('UPDATE operations SET actor = $2 WHERE id = $1', [id, JSON.stringify({ kind: 'user', userId })])
  return { scene, id, userId }
}
const rollback = async () => {
  const story = STORIES[2]
  if (story === undefined) throw new Error('no story')
  return prepared(story)
}

describe('what goes wrong with a command', () => {
  type Row = { fault: CommandFault; state: string; why?: string; taken: number; left: string[] }
  const TROUBLE = { code: 'task-failed', text: 'no space left on device' } as const
  const rows: Row[] = [
    {
      fault: { on: 'any', fault: 'refuse', why: { code: 'guest-busy', task: 'vzdump' } },
      state: 'failed',
      why: 'guest-busy',
      taken: 0,
      left: ['a', 'b', 'c'],
    },
    { fault: { on: 'any', fault: 'slow', millis: 40 }, state: 'succeeded', taken: 2, left: ['c'] },
    { fault: { on: 'any', fault: 'lose-answer' }, state: 'succeeded', taken: 2, left: ['c'] },
    { fault: { on: 'any', fault: 'lose-request' }, state: 'succeeded', taken: 2, left: ['c'] },
    { fault: { on: 'any', fault: 'vanish' }, state: 'succeeded', taken: 2, left: ['c'] },
    {
      fault: { on: 'any', fault: 'fail', why: TROUBLE, half: false },
      state: 'failed',
      why: 'task-failed',
      taken: 1,
      left: ['a', 'b', 'c'],
    },
    {
      fault: { on: 'any', fault: 'fail', why: TROUBLE, half: true },
      state: 'needs-attention',
      why: 'task-failed',
      taken: 1,
      left: ['a', 'b', 'c'],
    },
    { fault: { on: 'any', fault: 'abort' }, state: 'failed', why: 'task-failed', taken: 1, left: ['a', 'b', 'c'] },
    { fault: { on: 'any', fault: 'hang' }, state: 'needs-attention', why: 'hung', taken: 1, left: ['a', 'b', 'c'] },
  ]

  test.each(rows)(
    '$fault.fault: $state',
    async ({ fault, state, why, taken, left }) => {
      const whole = await deletion()
      whole.scene.world.commandFaults = [fault]
      const life = new Life()
      // Only what hangs is waited for in vain.
      const over = fault.fault === 'hang' ? { patience: IMPATIENT } : {}
      expect(await work(whole.scene, whole.id, life, over)).toBe('ended')
      const check = async ({ scene, id }: typeof whole, where: string) => {
        const operation = await ended(id)
        expect(operation.state, where).toBe(state)
        expect(operation.why?.code, where).toBe(why)
        expect(names(scene), where).toEqual(left)
        expect(asked(scene, 'snapshot.delete'), where).toHaveLength(taken)
        expect(operation.attention === null, where).toBe(state !== 'needs-attention')
        await expectTidy(scene, id)
      }
      await check(whole, 'undisturbed')
      // The same, with the worker killed after every write and call of it.
      for (let point = 1; point <= life.count; point += 1) {
        const again = await deletion()
        again.scene.world.commandFaults = [fault]
        const first = await work(again.scene, again.id, new Life(point), over)
        if (first === 'killed') await work(again.scene, again.id, new Life(), over)
        const where = `killed after ${point} (${life.told[point - 1]})`
        const refusedAndKilled = fault.fault === 'refuse' && (await ended(again.id)).state === 'succeeded'
        // A refusal that was not written down proves itself again by not having been taken: asking anew is right.
        if (!refusedAndKilled) await check(again, where)
      }
    },
    1_200_000,
  )

  test('a hypervisor that cannot tell what it took is never asked twice', async () => {
    const { scene, id } = await rollback()
    const life = new Life()
    const probe = await rollback()
    await work(probe.scene, probe.id, life)
    const submitted = life.told.indexOf('submit snapshot.rollback') + 1
    scene.world.forgets = true
    expect(await work(scene, id, new Life(submitted))).toBe('killed')
    expect(await work(scene, id)).toBe('ended')
    const operation = await ended(id)
    expect(operation).toMatchObject({ state: 'needs-attention', why: { code: 'unsure' } })
    const moves = operation.attention?.moves.map(({ move }) => move)
    expect(moves).toEqual(expect.arrayContaining(['look-again', 'propose', 'restore-backup']))
    // The safety snapshot of the first is the way back; another one would keep what is half done.
    expect(operation.attention?.moves).toContainEqual({
      move: 'propose',
      intent: expect.objectContaining({ do: 'rollback', safetySnapshot: false }),
    })
    expect(asked(scene, 'snapshot.rollback')).toHaveLength(1)
    expect(asked(scene, 'guest.power')).toHaveLength(1)
    await expectTidy(scene, id)
  })

  test('a failed delete that left a lock says how the lock goes, and does not offer to ignore it', async () => {
    const { scene, id } = await deletion()
    scene.world.commandFaults = [{ on: 'any', fault: 'fail', why: TROUBLE, half: true }]
    await work(scene, id)
    const { attention } = await ended(id)
    expect(attention?.evidence).toMatchObject({ lock: 'snapshot-delete', incomplete: ['a'] })
    expect(attention?.moves.map(({ move }) => move)).toContain('wait-for-unlock')
  })
})

describe('what others do between plan and run', () => {
  test('a guest that is gone, another guest under its id, a snapshot taken meanwhile: nothing is asked', async () => {
    const gone = await deletion()
    gone.scene.world.removeGuest(gone.scene.nativeId)
    await work(gone.scene, gone.id, new Life(), { patience: IMPATIENT })
    expect(await ended(gone.id)).toMatchObject({ state: 'failed', why: { code: 'missing', what: 'guest' } })
    const scene = await aScene(store)
    scene.world.take(scene.nativeId, { name: 'a' })
    await collectWhole(scene)
    const step = deleteStep(scene, 'a')
    const guarded: Step = { ...step, before: { holds: 'all', of: [step.before, { holds: 'newest-is', name: 'a' }] } }
    const id = await anOperation(scene, [guarded], {
      do: 'delete',
      guestId: scene.guestId,
      snapshotIds: [],
      children: 'keep',
    })
    scene.world.take(scene.nativeId, { name: 'b' })
    await work(scene, id)
    // Of two sentences one no longer holds: only that is told.
    expect(await ended(id)).toMatchObject({ state: 'failed', why: { code: 'changed', fields: ['newest-is'] } })
    expect(scene.world.tasks.size).toBe(0)
  })

  test('a lock of a backup is waited for, and told when it stays', async () => {
    const stays = await rollback()
    stays.scene.world.edit(stays.scene.nativeId, { facts: { lock: 'backup' } })
    const [, , step] = STORIES[2]?.steps(stays.scene) ?? []
    if (step === undefined) throw new Error('no step')
    const id = await anOperation(stays.scene, [step], STORIES[2]?.intent(stays.scene) as SingleIntent)
    await work(stays.scene, id, new Life(), { patience: IMPATIENT })
    expect(await ended(id)).toMatchObject({ state: 'failed', why: { code: 'guest-locked', lock: 'backup' } })
    const goes = await anOperation(stays.scene, [step], STORIES[2]?.intent(stays.scene) as SingleIntent)
    let rests = 0
    const pause = async () => {
      rests += 1
      if (rests === 3) stays.scene.world.edit(stays.scene.nativeId, { facts: { lock: null } })
    }
    await work(stays.scene, goes, new Life(), { pause })
    expect(await ended(goes)).toMatchObject({ state: 'succeeded' })
  })

  test('a host that is away before anything was asked: nothing happened; after, a person looks', async () => {
    const before = await deletion()
    before.scene.world.faults.refuse = { code: 'certificate-changed', expected: ['a'], fingerprint: 'b' }
    await work(before.scene, before.id, new Life(), { patience: IMPATIENT })
    expect(await ended(before.id)).toMatchObject({ state: 'failed', why: { code: 'certificate-changed' } })
    const after = await deletion()
    after.scene.world.taskMillis = () => {
      after.scene.world.faults.refuse = { code: 'certificate-changed', expected: ['a'], fingerprint: 'b' }
      return 10
    }
    await work(after.scene, after.id, new Life(), { patience: HOST_AWAY })
    expect(await ended(after.id)).toMatchObject({ state: 'needs-attention', why: { code: 'certificate-changed' } })
    expect(asked(after.scene, 'snapshot.delete')).toHaveLength(1)
  })

  test('a role that was withdrawn stops it between steps; a hold placed meanwhile protects', async () => {
    const { scene, id } = await deletion()
    await store.query(`UPDATE operations SET actor = '{"kind": "user", "userId": "nobody"}' WHERE id = $1`, [id])
    await work(scene, id)
    const why = { code: 'asker-may-not', by: 'local:test', needs: null }
    expect(await ended(id)).toMatchObject({ state: 'failed', why, attention: null })
    expect(scene.world.tasks.size).toBe(0)
    const held = await deletion()
    await hold(held.scene, 'b')
    await work(held.scene, held.id)
    expect(await ended(held.id)).toMatchObject({ state: 'needs-attention', why: { code: 'held', by: 'user:lin' } })
    expect(names(held.scene)).toEqual(['b', 'c'])
  })

  test('a hold placed while a step waits for its storage protects', async () => {
    const { scene, id: other } = await deletion()
    const storage = asId<StorageId>(randomUUID())
    const id = await anOperation(scene, [deleteStep(scene, 'a'), { ...deleteStep(scene, 'b'), storages: [storage] }], {
      do: 'delete',
      guestId: scene.guestId,
      snapshotIds: [],
      children: 'keep',
    })
    const slot = [storage, other]
    await store.query('INSERT INTO storage_slots (storage_id, place, operation_id) VALUES ($1, 0, $2)', slot)
    await work(scene, id, new Life(), {
      pause: async (_millis, _signal, wakeable) => {
        if (!wakeable) return
        await hold(scene, 'b')
        await store.query('DELETE FROM storage_slots WHERE storage_id = $1 AND operation_id = $2', slot)
      },
    })
    expect(await ended(id)).toMatchObject({ state: 'needs-attention', why: { code: 'held', by: 'user:lin' } })
    expect(names(scene)).toEqual(['b', 'c'])
    await expectTidy(scene, id)
  })

  test('a hold placed while its guest is locked protects', async () => {
    const { scene } = await deletion()
    const step = deleteStep(scene, 'a')
    const unlocked: Step = { ...step, before: { holds: 'all', of: [step.before, { holds: 'unlocked' }] } }
    const id = await anOperation(scene, [unlocked], {
      do: 'delete',
      guestId: scene.guestId,
      snapshotIds: [],
      children: 'keep',
    })
    scene.world.edit(scene.nativeId, { facts: { lock: 'backup' } })
    let rests = 0
    await work(scene, id, new Life(), {
      pause: async () => {
        rests += 1
        if (rests > 1) return
        await hold(scene, 'a')
        scene.world.edit(scene.nativeId, { facts: { lock: null } })
      },
    })
    expect(await ended(id)).toMatchObject({ state: 'failed', why: { code: 'held', by: 'user:lin' } })
    expect(names(scene)).toEqual(['a', 'b', 'c'])
    await expectTidy(scene, id)
  })

  test.each(['role', 'mode'])(
    'a %s withdrawn half-way is told with what was done and what is safe now',
    async (what) => {
      const { scene, id, userId } = await shuttingDown()
      const life = new Life()
      life.meanwhile = () =>
        what === 'mode'
          ? store.query(`UPDATE connections SET mode = 'observe' WHERE id = $1`, [scene.connectionId])
          : store.query(`UPDATE users SET role = 'viewer' WHERE id = $1`, [userId])
      await work(scene, id, life)
      const operation = await ended(id)
      expect(operation).toMatchObject({
        state: 'needs-attention',
        why: { code: what === 'mode' ? 'observe-only' : 'asker-may-not' },
        attention: { evidence: { power: 'stopped', snapshots: ['a'] } },
      })
      expect(operation.steps.map(({ state }) => state)).toEqual(['done', 'failed', 'skipped'])
      expect(operation.attention?.moves).toEqual([
        { move: 'look-again' },
        { move: 'propose', intent: operation.intent },
        { move: 'start-by-hand', command: `virsh start ${scene.nativeId}` },
      ])
      expect(asked(scene, 'snapshot.rollback')).toHaveLength(0)
      await expectTidy(scene, id)
    },
  )

  test('a connection that was switched back to observe is not changed any more', async () => {
    const { scene, id } = await deletion()
    await store.query(`UPDATE connections SET mode = 'observe' WHERE id = $1`, [scene.connectionId])
    await work(scene, id)
    expect(await ended(id)).toMatchObject({ state: 'failed', why: { code: 'observe-only' } })
    expect(scene.world.tasks.size).toBe(0)
  })
})

describe('cancelling', () => {
  test('is honoured between steps, never in the middle of one', async () => {
    const { scene, id } = await deletion()
    const life = new Life()
    life.meanwhile = () => withTransaction(store, (tx) => requestCancel(tx, id, 'user:lin', now()))
    await work(scene, id, life)
    const operation = await ended(id)
    expect(operation).toMatchObject({ state: 'cancelled', why: { code: 'cancelled', by: 'user:lin' } })
    expect(operation.steps.map(({ state }) => state)).toEqual(['done', 'skipped'])
    expect(names(scene)).toEqual(['b', 'c'])
    await expectTidy(scene, id)
  })
})

describe('two workers', () => {
  test('one that lost its lease writes nothing more and asks nothing more; the other ends it', async () => {
    const { scene, id } = await deletion()
    const first = new Life()
    first.meanwhile = async () => expect(await work(scene, id)).toBe('ended')
    expect(await work(scene, id, first)).toBe('left')
    expect(await ended(id)).toMatchObject({ state: 'succeeded' })
    await expectTidy(scene, id)
  })

  test('at once on one operation: every command is asked once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { scene, id } = await deletion()
      const lease = await takeOver(scene)
      const results = await Promise.all([
        work(scene, id, new Life(), { lease }),
        work(scene, id, new Life(), { lease }),
      ])
      expect(results).toContain('ended')
      const operation = await ended(id)
      if (operation.finishedAt === null) await work(scene, id)
      expect(await ended(id)).toMatchObject({ state: 'succeeded' })
      await expectTidy(scene, id)
    }
  })

  test('of two operations on one guest the second waits', async () => {
    const { scene, id } = await deletion()
    const second = await anOperation(scene, [deleteStep(scene, 'c')], {
      do: 'delete',
      guestId: scene.guestId,
      snapshotIds: [],
      children: 'keep',
    })
    const lease = await takeOver(scene)
    const first = new Life()
    first.meanwhile = async () => expect(await work(scene, second, new Life(), { lease })).toBe('waiting')
    expect(await work(scene, id, first, { lease })).toBe('ended')
    expect(await work(scene, second, new Life(), { lease })).toBe('ended')
    expect(names(scene)).toEqual([])
  })
})
