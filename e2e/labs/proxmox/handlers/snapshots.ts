import { Refusal } from '../answer'
import { digestOf } from '../cluster'
import { createSnapshotWorker } from '../snapshot-create'
import { deleteWorker } from '../snapshot-delete'
import { rollbackWorker } from '../snapshot-rollback'
import type { Guest, GuestKind, Snapshot } from '../state'
import { flag, forked, guestOf, type Handler, type HandlerContext, optionalText, text } from './context'

/** The snapshot endpoints, the same for both kinds except for names of tasks and `vmstate`. */

function listRow(kind: GuestKind, name: string, snapshot: Snapshot): Record<string, unknown> {
  const { config, snapstate } = snapshot
  return {
    name,
    description: config.description ?? '',
    snaptime: config.snaptime,
    ...(config.parent === undefined ? {} : { parent: config.parent }),
    ...(kind === 'qemu' ? { vmstate: config.vmstate === undefined ? 0 : 1 } : {}),
    ...(snapstate === undefined ? {} : { snapstate }),
  }
}

/** The pseudo-entry for the running state: always there, never a snapshot. */
function currentRow(guest: Guest): Record<string, unknown> {
  return {
    name: 'current',
    description: 'You are here!',
    digest: digestOf(guest),
    running: guest.runningSinceMs === undefined ? 0 : 1,
    ...(guest.config.parent === undefined ? {} : { parent: guest.config.parent }),
  }
}

function snapshotOf(context: HandlerContext, kind: GuestKind): Snapshot {
  const name = text(context, 'snapname')
  const snapshot = guestOf(context, kind).snapshots.get(name)
  if (snapshot === undefined) throw new Refusal(500, `snapshot '${name}' does not exist\n`)
  return snapshot
}

function refuseReserved(name: string): void {
  if (name === 'current' || name === 'pending') {
    throw new Refusal(500, `unable to use snapshot name '${name}' (reserved name)\n`)
  }
}

function handlersFor(kind: GuestKind): Record<string, Handler> {
  const base = `/nodes/{node}/${kind}/{vmid}/snapshot`
  const prefix = kind === 'qemu' ? 'qm' : 'vz'
  return {
    [`GET ${base}`]: (context) => {
      const guest = guestOf(context, kind)
      const rows = [...guest.snapshots].map(([name, snapshot]) => listRow(kind, name, snapshot))
      return { data: context.cluster.chance.shuffled([...rows, currentRow(guest)]) }
    },
    [`POST ${base}`]: (context) => {
      const guest = guestOf(context, kind)
      const name = text(context, 'snapname')
      refuseReserved(name)
      const wish = {
        name,
        description: optionalText(context, 'description') ?? '',
        withMemory: flag(context, 'vmstate'),
      }
      return forked(
        context,
        `${prefix}snapshot`,
        String(guest.vmid),
        createSnapshotWorker(context.cluster, guest, wish),
      )
    },
    [`GET ${base}/{snapname}`]: () => ({ data: [{ cmd: 'rollback' }, { cmd: 'config' }] }),
    [`DELETE ${base}/{snapname}`]: (context) => {
      const guest = guestOf(context, kind)
      const wish = { name: text(context, 'snapname'), force: flag(context, 'force') }
      return forked(context, `${prefix}delsnapshot`, String(guest.vmid), deleteWorker(context.cluster, guest, wish))
    },
    [`GET ${base}/{snapname}/config`]: (context) => ({ data: snapshotOf(context, kind).config }),
    [`PUT ${base}/{snapname}/config`]: (context) => {
      const snapshot = snapshotOf(context, kind)
      const description = optionalText(context, 'description')
      if (description !== undefined) {
        snapshot.config.description = kind === 'lxc' && description !== '' ? `${description}\n` : description
      }
      return { data: null }
    },
    [`POST ${base}/{snapname}/rollback`]: (context) => {
      const guest = guestOf(context, kind)
      const wish = {
        name: text(context, 'snapname'),
        start: flag(context, 'start'),
        authid: context.caller.authid,
      }
      return forked(context, `${prefix}rollback`, String(guest.vmid), rollbackWorker(context.cluster, guest, wish))
    },
  }
}

export const snapshotHandlers: Readonly<Record<string, Handler>> = { ...handlersFor('qemu'), ...handlersFor('lxc') }
