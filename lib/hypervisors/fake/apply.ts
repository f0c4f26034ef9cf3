/** What each command does to the fake world, when its task comes to it. */
import type { Command } from '../../domain/command'
import { type Outcome, ok, refused, unreachable } from '../../domain/result'
import { chainOf } from './images'
import type { FakeWorld } from './world'

/** Carries out a command. A "no" is what the platform itself would say at that point. */
export function applyCommand(world: FakeWorld, command: Command): Outcome<unknown> {
  switch (command.do) {
    case 'snapshot.take':
      return take(world, command)
    case 'snapshot.rollback': {
      const done = world.rollback(command.guest.nativeId, command.snapshot.nativeId)
      if (!done.ok || command.powerAfter !== 'running') return done
      return world.setPower(command.guest.nativeId, 'running')
    }
    case 'snapshot.delete': {
      const { guest, snapshot, how, children } = command
      if (how === 'entry') return world.loseMetadata(guest.nativeId, snapshot.nativeId, { keepData: true })
      const deleted = world.delete(guest.nativeId, snapshot.nativeId, children)
      // It leaves its own lock behind when it fails, and takes it away when it is finished.
      return deleted.ok ? world.edit(guest.nativeId, { facts: { lock: null } }) : deleted
    }
    case 'snapshot.delete-data':
      return world.dropUnmanaged(command.guest.nativeId, command.name)
    case 'snapshot.adopt':
      return world.adopt(command.guest.nativeId, command.name)
    case 'chain.merge':
      return world.merge(command.guest.nativeId, command.disk.target, command)
    case 'guest.power':
      return world.setPower(command.guest.nativeId, POWER[command.to])
    case 'guest.set-tags': {
      const mark = command.protected === null ? {} : { protected: command.protected }
      return world.edit(command.guest.nativeId, { facts: { tags: command.tags, ...mark } })
    }
    case 'guest.unlock':
      return world.edit(command.guest.nativeId, { facts: { lock: null } })
    case 'guest.discard-saved-memory':
      return world.edit(command.guest.nativeId, { facts: { managedSave: false } })
    case 'guest.fork':
      return fork(world, command)
    case 'volume.delete':
      return world.dropStray(command.storage.nativeId, command.volume)
    case 'guest.thaw':
    case 'chain.finish-job':
    case 'image.check':
      // The fake freezes nothing, leaves no job standing and holds no damaged image.
      return world.guests.has(command.guest.nativeId) ? ok(null) : missing(command.guest.name)
    default:
      return unreachable(command)
  }
}

const POWER = { on: 'running', resume: 'running', off: 'stopped', shutdown: 'stopped' } as const

const missing = (name: string) => refused({ code: 'missing', what: 'guest', name })

function take(world: FakeWorld, command: Extract<Command, { do: 'snapshot.take' }>): Outcome<unknown> {
  const external = command.disks.some(({ mode }) => mode === 'external')
  const internal = command.disks.some(({ mode }) => mode === 'internal')
  const agent = world.guests.get(command.guest.nativeId)?.facts.agent === 'connected'
  return world.take(command.guest.nativeId, {
    name: command.name,
    description: command.description,
    memory: command.memory === 'saved',
    ...(command.quiesce && agent ? { consistency: 'filesystem' as const } : {}),
    ...(external ? { style: 'external' as const } : internal ? { style: 'internal' as const } : {}),
  })
}

function fork(world: FakeWorld, command: Extract<Command, { do: 'guest.fork' }>): Outcome<unknown> {
  const guest = world.guests.get(command.guest.nativeId)
  const snapshot = guest?.snapshots.find(({ nativeId }) => nativeId === command.snapshot.nativeId)
  if (guest === undefined) return missing(command.guest.name)
  if (snapshot === undefined) return refused({ code: 'missing', what: 'snapshot', name: command.snapshot.name })
  const disks = guest.disks.flatMap((disk) => {
    const wish = command.disks.find(({ target }) => target === disk.target)
    const frozen = snapshot.disks.find(({ name }) => name === disk.target)?.frozen ?? disk.active
    const below = frozen === null ? undefined : chainOf(world.images, frozen)[0]
    if (wish === undefined || below === undefined) return []
    const { target, storage, virtualBytes } = disk
    return [{ target, storage, virtualBytes, format: 'qcow2', usedBytes: 0, file: wish.overlay, backing: below.file }]
  })
  world.addGuest({ name: command.as, power: 'stopped', disks })
  return ok(null)
}
