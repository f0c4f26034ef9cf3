/** Files in storages: a leftover is deleted only when nothing on this host names it or reads through it. */
import { posix } from 'node:path'
import type { DomainRef, VolumeRef } from '../rpc/types'
import { type CommandContext, type CommandOf, type Perform, refuse } from './context'
import { refuseSharedBase } from './shared-base'

/** No guest: whoever names the file is somebody else. */
const NOBODY: DomainRef = { name: '', uuid: '', id: -1 }

export const deleteVolume: Perform<'volume.delete'> = async (command, context) => {
  const volume = await findVolume(command, context)
  if (volume === null) return refuse({ code: 'missing', what: 'storage', name: command.volume })
  const path = command.path ?? volume.key
  await refuseSharedBase(context, NOBODY, [{ file: path, merged: new Set() }], command.unreadAccepted)
  if (context.signal.aborted) refuse({ code: 'interrupted' })
  context.asking()
  await context.host.client.storage.deleteVolume(volume, 0)
  return []
}

/** The volume as a fresh listing has it, and only in the storage it was said to lie in. */
export async function findVolume(
  { storage, volume, path }: CommandOf<'volume.delete'>,
  { host: { client }, signal, now }: CommandContext,
): Promise<VolumeRef | null> {
  const pool = await client.storage.findPool(storage.name, { signal })
  if (pool === null) return refuse({ code: 'missing', what: 'storage', name: storage.name })
  await client.storage.refreshPool(pool, { signal })
  const found = await client.storage.findVolumeByName(pool, path === null ? volume : posix.basename(path), { signal })
  if (found === null || path === null || found.key === path) return found
  return refuse({ code: 'changed', since: now(), fields: ['path'] })
}
