/** Whose a file is that nothing refers to: by its name alone, which is how hypervisors and we name such files. */
import type { StorageDetail, VolumeView } from '@/lib/domain/view'

type Named = VolumeView['guests'][number]

/** The guest on this storage with the longest name the file's begins with; null where none is named so. */
export function leftoverOwner(file: string, volumes: StorageDetail['volumes']): Named | null {
  let owner: Named | null = null
  for (const guest of volumes.flatMap(({ guests }) => guests)) {
    const rest = file.slice(guest.name.length)
    if (!file.startsWith(guest.name) || (rest !== '' && !/^[.\-_]/.test(rest))) continue
    if (owner === null || guest.name.length > owner.name.length) owner = guest
  }
  return owner
}
