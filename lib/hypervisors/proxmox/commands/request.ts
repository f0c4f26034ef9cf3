/**
 * A command as the one call that asks for it, or the reason Proxmox VE cannot. Parameters are those 8.0 knows: it
 * refuses what it does not (recorded 108), so nothing of 9 alone is ever sent.
 */
import type { Command } from '@/lib/domain/command'
import type { Reason, UnsupportedCause } from '@/lib/domain/reason'
import { unreachable } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type { Parameters } from '../path'
import { guestPath, type Place } from '../place'

export type Request = {
  method: 'POST' | 'PUT' | 'DELETE'
  path: readonly string[]
  parameters: Parameters
  /** 'task': answered with a UPID while it goes on. 'done': over when it is answered */
  answers: 'task' | 'done'
}

export type Asked = { ok: true; request: Request } | { ok: false; why: Reason }

/** `isRoot`: we are root@pam with a ticket, who alone may pass over a lock; a token of root's may not (field notes). */
export function requestOf(command: Command, place: Place, { isRoot }: { isRoot: boolean }): Asked {
  const base = guestPath(place)
  switch (command.do) {
    case 'snapshot.take':
      return take(command, place)
    case 'snapshot.rollback':
      // `force` is libvirt's: here a rollback always brings the whole configuration back.
      return task('POST', [...base, 'snapshot', command.snapshot.nativeId, 'rollback'], {
        start: command.powerAfter === 'running' ? true : undefined,
      })
    case 'snapshot.delete':
      if (command.children === 'delete') return no('snapshot.delete', OTHER_DRIVER)
      return task('DELETE', [...base, 'snapshot', command.snapshot.nativeId], {
        force: command.how === 'entry' ? true : undefined,
      })
    case 'guest.power':
      return power(command, place)
    case 'guest.thaw':
      if (place.kind === 'container') return no('snapshot.quiesce', { cause: 'not-a-virtual-machine' })
      return done('POST', [...base, 'agent', 'fsfreeze-thaw'], {})
    case 'guest.set-tags':
      return done('PUT', [...base, 'config'], {
        tags: command.tags.length === 0 ? undefined : command.tags.join(';'),
        delete: command.tags.length === 0 ? 'tags' : undefined,
        protection: command.protected ?? undefined,
      })
    case 'guest.unlock':
      // A container's configuration knows no skiplock at all (schemas of 8.4 and 9.2).
      if (!isRoot || place.kind === 'container') return { ok: false, why: onNode(place) }
      return done('PUT', [...base, 'config'], { delete: 'lock', skiplock: true })
    case 'snapshot.delete-data':
    case 'snapshot.adopt':
    case 'volume.delete':
    case 'image.check':
    case 'guest.discard-saved-memory':
      return no('snapshot.delete', OTHER_DRIVER)
    case 'chain.merge':
    case 'chain.finish-job':
      return no('chain.merge', OTHER_DRIVER)
    case 'guest.fork':
      return no('rollback.external', OTHER_DRIVER)
    default:
      return unreachable(command)
  }
}

/** What only a shell on the node can do, as it is typed there. */
export const unlockCommand = ({ kind, vmid }: Pick<Place, 'kind' | 'vmid'>): string =>
  `${kind === 'container' ? 'pct' : 'qm'} unlock ${vmid}`

const onNode = (place: Place): Reason => ({
  code: 'needs-node-command',
  node: place.node,
  command: unlockCommand(place),
})

const OTHER_DRIVER: UnsupportedCause = { cause: 'driver', driver: 'Proxmox VE' }

function take(command: Extract<Command, { do: 'snapshot.take' }>, place: Place): Asked {
  if (command.disks.some(({ mode }) => mode === 'external')) return no('snapshot.external', OTHER_DRIVER)
  // Every volume of the guest comes along; none can be left out.
  const out = command.disks.find(({ mode }) => mode === 'excluded')
  if (out !== undefined) return no('snapshot.internal', { cause: 'read-only-disk', disk: out.target })
  const memory = command.memory === 'saved'
  if (memory && place.kind === 'container') return no('snapshot.memory', { cause: 'not-a-virtual-machine' })
  // The guest is frozen by Proxmox VE itself, and only where no memory is saved.
  if (memory && command.quiesce) return no('snapshot.quiesce', { cause: 'with-memory' })
  return task('POST', [...guestPath(place), 'snapshot'], {
    snapname: command.name,
    description: command.description === '' ? undefined : command.description,
    vmstate: memory ? true : undefined,
  })
}

function power({ to, timeLimitMillis }: Extract<Command, { do: 'guest.power' }>, place: Place): Asked {
  const path = [...guestPath(place), 'status']
  switch (to) {
    case 'on':
      return task('POST', [...path, 'start'], {})
    case 'off':
      return task('POST', [...path, 'stop'], {})
    case 'shutdown':
      // Without forceStop: a guest that does not follow is a failure to look at, not to be switched off.
      return task('POST', [...path, 'shutdown'], { timeout: Math.max(1, Math.ceil(timeLimitMillis / SECOND)) })
    case 'resume':
      if (place.kind === 'container') return no('snapshot.memory', { cause: 'not-a-virtual-machine' })
      return task('POST', [...path, 'resume'], {})
    default:
      return unreachable(to)
  }
}

type Feature = Extract<Reason, { code: 'unsupported' }>['feature']

const no = (feature: Feature, because: UnsupportedCause): Asked => ({
  ok: false,
  why: { code: 'unsupported', feature, because },
})

const task = (method: Request['method'], path: readonly string[], parameters: Parameters): Asked => ({
  ok: true,
  request: { method, path, parameters, answers: 'task' },
})

const done = (method: Request['method'], path: readonly string[], parameters: Parameters): Asked => ({
  ok: true,
  request: { method, path, parameters, answers: 'done' },
})
