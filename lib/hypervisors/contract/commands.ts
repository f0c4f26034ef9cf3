/** Sentences about changing a hypervisor through the port: asked once, followed to one end, recalled honestly. */
import { describe, expect, it } from 'vitest'
import type { Command, TaskEnd, TaskRef, TaskUpdate } from '../../domain/command'
import type { Commands, Hypervisor } from '../port'
import { type Bench, type ContractGuest, itemsOf, snapshotNamed } from './harness'

/** A task of these small guests is over by then, also on real QEMU. */
const TASK_LIMIT_MILLIS = 60_000

export function declareCommands(bench: Bench): void {
  const operated = (context: Parameters<Bench['needs']>[0]): { hypervisor: Hypervisor; commands: Commands } => {
    bench.needs(context, 'operate')
    const hypervisor = bench.openOperated()
    if (hypervisor.commands === undefined) throw new Error('an operated connection offers no commands')
    return { hypervisor, commands: hypervisor.commands }
  }
  const take = (guest: ContractGuest, name: string): Command => {
    const command = bench.harness.takeCommand?.(guest, name)
    if (command === undefined) throw new Error('this world does not say how it takes a snapshot')
    return command
  }
  const remove = (guest: ContractGuest, snapshot: { nativeId: string; name: string }): Command => ({
    do: 'snapshot.delete',
    guest: { nativeId: guest.nativeId, name: guest.name, node: '' },
    snapshot: { guest: { nativeId: guest.nativeId, name: guest.name, node: '' }, ...snapshot },
    children: 'keep',
    how: 'whole',
  })

  describe('commands', () => {
    it('are absent on a connection that only observes', (context) => {
      bench.needs(context, 'operate')
      expect(bench.openObserving().commands).toBeUndefined()
    })

    it('take and delete a snapshot, each told to exactly one end', async (context) => {
      const { hypervisor, commands } = operated(context)
      const guest = await bench.addGuest()
      const names = async () => itemsOf(await bench.readGuest(hypervisor, guest)).map(({ name }) => name)
      for (const name of ['first', 'second']) {
        expect(await endOf(commands, await submitted(commands, take(guest, name)))).toMatchObject({
          ended: 'succeeded',
        })
      }
      expect((await names()).sort()).toEqual(['first', 'second'])
      const { nativeId, name } = snapshotNamed(await bench.readGuest(hypervisor, guest), 'second')
      const end = await endOf(commands, await submitted(commands, remove(guest, { nativeId, name })))
      expect(end).toMatchObject({ ended: 'succeeded' })
      expect(await names()).toEqual(['first'])
    })

    it('are refused with a reason, before or by the task, when there is nothing to do it to', async (context) => {
      const { commands } = operated(context)
      const guest = await bench.addGuest()
      const asked = await commands.submit(remove(guest, { nativeId: 'nothing', name: 'nothing' }), bench.never)
      const why = asked.ok ? await endOf(commands, asked.value) : { ended: 'failed', why: asked.why }
      expect(why).toMatchObject({ ended: 'failed', why: { code: expect.any(String) } })
    })

    it('of a guest that is gone are refused, and nothing is recalled of them', async (context) => {
      const { commands } = operated(context)
      const guest = await bench.addGuest()
      await bench.harness.world.removeGuest(guest)
      const command = take(guest, 'late')
      expect(await commands.submit(command, bench.never)).toMatchObject({
        ok: false,
        why: { code: expect.any(String) },
      })
    })

    it('are recalled after they were taken, and never as taken when they were not', async (context) => {
      const { hypervisor, commands } = operated(context)
      const guest = await bench.addGuest()
      const since = (await bench.whole(hypervisor)).startedAt
      const command = take(guest, 'recalled')
      const before = await commands.recall(command, since, bench.never)
      expect(before).toMatchObject({ ok: true })
      if (before.ok) expect(before.value.recalled).not.toBe('taken')
      await endOf(commands, await submitted(commands, command))
      const after = await commands.recall(command, since, bench.never)
      expect(after).toMatchObject({ ok: true })
      if (after.ok) expect(after.value.recalled).not.toBe('not-taken')
    })

    it('that are no longer followed go on: leaving is not stopping', async (context) => {
      const { hypervisor, commands } = operated(context)
      const guest = await bench.addGuest()
      const task = await submitted(commands, take(guest, 'left'))
      const left = new AbortController()
      left.abort()
      const updates: TaskUpdate[] = []
      for await (const update of commands.follow(task, left.signal)) updates.push(update)
      expect(updates.filter(({ tells }) => tells === 'end').length).toBeLessThanOrEqual(1)
      const deadline = performance.now() + TASK_LIMIT_MILLIS
      for (;;) {
        const names = itemsOf(await bench.readGuest(hypervisor, guest)).map(({ name }) => name)
        if (names.includes('left')) break
        expect(performance.now(), 'the task did not go on').toBeLessThan(deadline)
      }
    })

    it('a task nobody knows ends as lost', async (context) => {
      const { commands } = operated(context)
      const end = await endOf(commands, bench.harness.unknownTask ?? { kind: 'fake', id: 'never-there' })
      expect(end.ended).toBe('lost')
    })
  })

  async function submitted(commands: Commands, command: Command): Promise<TaskRef> {
    const asked = await commands.submit(command, bench.never)
    if (!asked.ok) throw new Error(`${command.do} was refused: ${JSON.stringify(asked.why)}`)
    return asked.value
  }
}

/** Follows to the end. Throws when there is none, or more than one. */
async function endOf(commands: Commands, task: TaskRef): Promise<TaskEnd> {
  const ends: TaskEnd[] = []
  for await (const update of commands.follow(task, AbortSignal.timeout(TASK_LIMIT_MILLIS))) {
    expect(ends, 'something came after the end').toEqual([])
    if (update.tells === 'end') ends.push(update.end)
  }
  const [end, ...more] = ends
  if (end === undefined || more.length > 0) throw new Error(`${ends.length} ends of one task`)
  return end
}
