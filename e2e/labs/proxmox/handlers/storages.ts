import { createHash } from 'node:crypto'
import { badParameters, Refusal } from '../answer'
import { demand, holds } from '../cluster'
import { abilityOf, disksOf, fileName, pathOf } from '../disks'
import type { Storage, Volume } from '../state'
import { type Handler, type HandlerContext, optionalText, text } from './context'

/** Storages: definitions, figures, contents. */

const READ = ['Datastore.Audit', 'Datastore.AllocateSpace']

function visibleStorages({ cluster, caller }: HandlerContext): Storage[] {
  return cluster.chance
    .shuffled([...cluster.state.storages.values()])
    .filter((storage) => holds(cluster, caller.authid, `/storage/${storage.id}`, ...READ))
}

function definition(context: HandlerContext, storage: Storage): Record<string, unknown> {
  const all = [...context.cluster.state.storages.values()].map(({ id, type, options }) => [id, type, options])
  return {
    storage: storage.id,
    type: storage.type,
    content: storage.content.join(','),
    ...storage.options,
    digest: createHash('sha1').update(JSON.stringify(all)).digest('hex'),
  }
}

function figures(context: HandlerContext, storage: Storage): Record<string, unknown> {
  return {
    type: storage.type,
    content: context.cluster.chance.shuffled(storage.content).join(','),
    active: storage.active ? 1 : 0,
    enabled: 1,
    shared: storage.shared ? 1 : 0,
    total: storage.active ? storage.total : 0,
    used: storage.active ? storage.used : 0,
    avail: storage.active ? storage.avail : 0,
  }
}

/** The storage, usable; the texts differ between calls (recorded, 472 and 477). */
function activeStorage(context: HandlerContext): Storage {
  const id = text(context, 'storage')
  const storage = context.cluster.state.storages.get(id)
  if (storage === undefined) throw new Refusal(500, `storage '${id}' does not exist\n`)
  if (!storage.active) {
    const path = String(storage.options.path ?? '')
    throw new Refusal(
      500,
      `unable to activate storage '${id}' - directory is expected to be a mount point but is not mounted: '${path}'\n`,
    )
  }
  return storage
}

/** Disks need VM.Config.Disk on their guest, backups VM.Backup and room; ISO images and templates nothing more. */
function maySee({ cluster, caller }: HandlerContext, volume: Volume): boolean {
  if (volume.content === 'iso' || volume.content === 'vztmpl') return true
  if (holds(cluster, caller.authid, `/storage/${volume.storage}`, 'Datastore.Allocate')) return true
  const guestPath = `/vms/${volume.vmid ?? 0}`
  if (volume.content !== 'backup') return holds(cluster, caller.authid, guestPath, 'VM.Config.Disk')
  return (
    holds(cluster, caller.authid, `/storage/${volume.storage}`, 'Datastore.AllocateSpace') &&
    holds(cluster, caller.authid, guestPath, 'VM.Backup')
  )
}

function contentRow(context: HandlerContext, volume: Volume): Record<string, unknown> {
  const base = {
    volid: volume.volid,
    content: volume.content,
    format: volume.format,
    size: volume.size,
    // A subvolume tells no time (recorded, 470).
    ...(volume.format === 'subvol' ? {} : { ctime: volume.ctime }),
    ...(volume.vmid === undefined ? {} : { vmid: volume.vmid }),
  }
  if (volume.content === 'backup') {
    return {
      ...base,
      subtype: volume.subtype,
      ...(volume.notes === undefined ? {} : { notes: volume.notes }),
    }
  }
  if (volume.content !== 'images' && volume.content !== 'rootdir') return base
  // Block storages list no `used` [code: list_images of LvmThinPlugin, ZFSPoolPlugin, RBDPlugin].
  const used = BLOCK.has(context.cluster.state.storages.get(volume.storage)?.type ?? '')
    ? {}
    : { used: volume.used ?? 0 }
  return { ...base, ...used, parent: backingOf(context, volume) }
}

const BLOCK = new Set(['lvm', 'lvmthin', 'zfspool', 'zfs', 'rbd', 'iscsi', 'iscsidirect'])

/** The file under a volume chain's top; the list shows nothing of what lies below. */
function backingOf({ cluster }: HandlerContext, volume: Volume): string | null {
  const disk = { key: '', volid: volume.volid, storage: volume.storage, options: {} }
  const newest = volume.snapshots.at(-1)
  if (newest === undefined || abilityOf(cluster, disk) !== 'chain') return null
  return `snap-${newest}-${fileName(volume.volid)}`
}

/** A local storage holds what belongs to guests of its own node. */
function isOn({ cluster, parameters }: HandlerContext, volume: Volume): boolean {
  const guest = volume.vmid === undefined ? undefined : cluster.state.guests.get(volume.vmid)
  return guest === undefined || guest.node === parameters.node
}

function content(context: HandlerContext): unknown[] {
  const storage = activeStorage(context)
  const type = optionalText(context, 'content')
  const vmid = context.parameters.vmid
  return context.cluster.chance
    .shuffled([...context.cluster.state.volumes.values()])
    .filter((volume) => volume.storage === storage.id)
    .filter((volume) => storage.shared || isOn(context, volume))
    .filter((volume) => type === undefined || volume.content === type)
    .filter((volume) => vmid === undefined || volume.vmid === Number(vmid))
    .filter((volume) => maySee(context, volume))
    .map((volume) => contentRow(context, volume))
}

function volume(context: HandlerContext): Record<string, unknown> {
  const storage = text(context, 'storage')
  const given = text(context, 'volume')
  const volid = given.includes(':') ? given : `${storage}:${given}`
  const found = context.cluster.state.volumes.get(volid)
  if (found === undefined) throw new Refusal(500, `no such volume '${volid}'\n`)
  if (!maySee(context, found))
    demand(context.cluster, context.caller.authid, `/storage/${storage}`, 'Datastore.Allocate')
  const path = pathOf(context.cluster, volid)
  if (found.content !== 'backup') return { path, format: found.format, size: found.size, used: found.used ?? 0 }
  return { path, format: 'raw', size: found.size, used: found.size, protected: 0, notes: found.notes ?? '' }
}

export const storageHandlers: Readonly<Record<string, Handler>> = {
  'GET /storage': (context) => ({ data: visibleStorages(context).map((storage) => definition(context, storage)) }),
  'GET /storage/{storage}': (context) => {
    const storage = context.cluster.state.storages.get(text(context, 'storage'))
    if (storage === undefined) throw new Refusal(500, `storage '${text(context, 'storage')}' does not exist\n`)
    return { data: definition(context, storage) }
  },
  'GET /nodes/{node}/storage': (context) => {
    const type = optionalText(context, 'content')
    return {
      data: visibleStorages(context)
        .filter((storage) => type === undefined || storage.content.includes(type))
        .map((storage) => ({
          storage: storage.id,
          ...figures(context, storage),
          ...(storage.active ? { used_fraction: storage.used / storage.total } : {}),
        })),
    }
  },
  'GET /nodes/{node}/storage/{storage}/status': (context) => {
    const storage = context.cluster.state.storages.get(text(context, 'storage'))
    if (storage === undefined) throw badParameters({ storage: 'No such storage.' })
    return { data: figures(context, storage) }
  },
  'GET /nodes/{node}/storage/{storage}/content': (context) => ({ data: content(context) }),
  'GET /nodes/{node}/storage/{storage}/content/{volume}': (context) => ({ data: volume(context) }),
}

/** Volumes a backup of every guest would take, as /included_volumes shows them. */
export function includedVolumes({ cluster }: HandlerContext): unknown {
  return {
    children: [...cluster.state.guests.values()].map((guest) => ({
      id: guest.vmid,
      name: guest.config[guest.kind === 'qemu' ? 'name' : 'hostname'],
      type: guest.kind,
      leaf: 0,
      children: disksOf(guest.config).map((disk) => {
        const excluded = disk.options.backup === '0'
        return {
          id: `${guest.vmid}:${disk.key}`,
          name: disk.volid,
          leaf: 1,
          included: excluded ? 0 : 1,
          reason: disk.key === 'rootfs' ? 'rootfs' : excluded ? 'backup=no' : 'backup=yes',
        }
      }),
    })),
  }
}
