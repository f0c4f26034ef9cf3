/** Grows one guest with a random history on real QEMU: what is in its images is what a guest would have written. */
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { Random } from './random'

/** `mixed` holds both kinds, which libvirt accepts and we refuse to begin. */
export type HistoryKind = 'internal' | 'external' | 'mixed'

export type Grown = {
  guest: LabGuest
  kind: HistoryKind
  /** names in the order of their taking; some may be gone again */
  taken: string[]
  /** files that are not the guest's own: removed with it */
  extra: string[]
  /** a guest beside it that reads through the same base */
  sibling: LabGuest | null
}

const IMAGE_MIB = 2048

/** Layers of 16 to 256 MiB, most of them small; half of each lies where something was written before. */
const layerMiB = (random: Random, most: number) => Math.min(most, Math.round(16 * 2 ** (random.next() * 4)))

export async function grow(
  lab: LibvirtLab,
  random: Random,
  name: string,
  { newer, mostMiB }: { newer: boolean; mostMiB: number },
): Promise<Grown> {
  const kind = random.pick<HistoryKind>(['internal', 'internal', 'external', 'external', 'external', 'mixed'])
  const disks = random.chance(0.3) ? 2 : 1
  const running = random.chance(0.6)
  const shared = kind === 'external' && random.chance(0.15)
  const extra: string[] = []
  let sibling: LabGuest | null = null
  let backing: { file: string; format: 'qcow2' } | undefined
  if (shared) {
    const file = lab.imagePath(`${name}-base.qcow2`)
    await must(lab, 'qemu-img', 'create', '-q', '-f', 'qcow2', file, `${IMAGE_MIB}M`)
    await must(lab, 'qemu-io', '-c', `write -P 7 0 ${layerMiB(random, mostMiB)}M`, file)
    extra.push(file)
    backing = { file, format: 'qcow2' }
    sibling = await lab.defineGuest({
      name: `${name}-sibling`,
      disks: [{ format: 'qcow2', sizeMiB: IMAGE_MIB, backing }],
    })
  }
  const guest = await lab.defineGuest({
    name,
    running,
    disks: Array.from({ length: disks }, (_, index) => ({
      format: 'qcow2' as const,
      sizeMiB: IMAGE_MIB,
      ...(index === 0 && backing !== undefined ? { backing } : {}),
    })),
  })
  const write = async () => {
    for (const { target } of guest.disks) {
      const sizeMiB = layerMiB(random, mostMiB)
      // Around one place, so that layers overlap in part; now and then far away, where the image has no table yet.
      const offsetMiB = random.chance(0.2) ? random.whole(512, IMAGE_MIB - 257) : random.whole(0, sizeMiB)
      await lab.writeBlocks(guest.uuid, { target, offsetMiB, sizeMiB, pattern: random.whole(1, 255) })
    }
  }
  const taken: string[] = []
  const depth = random.whole(1, 5)
  await write()
  for (let number = 1; number <= depth; number += 1) {
    const external = kind === 'external' || (kind === 'mixed' && number % 2 === 0)
    const snapshot = `s${number}`
    await take(lab, guest, snapshot, external)
    taken.push(snapshot)
    await write()
    if (taken.length > 1 && random.chance(0.2) && (newer || kind === 'internal')) {
      // A branch: the guest goes back and on from there. What libvirt refuses leaves the history as it is.
      await lab.virsh('snapshot-revert', guest.uuid, `--snapshotname=${random.pick(taken)}`)
      if (random.chance(0.5)) await lab.virsh('start', guest.uuid)
      await write()
    }
  }
  return { guest, kind, taken, extra, sibling }
}

async function take(lab: LibvirtLab, guest: LabGuest, name: string, external: boolean): Promise<void> {
  const specs = guest.disks.flatMap(({ target }) => [
    '--diskspec',
    `${target},snapshot=external,file=${lab.imagePath(`${guest.name}-${target}.${name}.qcow2`)}`,
  ])
  const how = external ? ['--disk-only', '--atomic', ...specs] : []
  await lab.expectVirsh('snapshot-create-as', guest.uuid, `--name=${name}`, ...how)
}

/** Takes the guest and its files away, so that the next one is measured alone. */
export async function fell(lab: LibvirtLab, { guest, sibling }: Grown): Promise<void> {
  for (const one of [guest, ...(sibling === null ? [] : [sibling])]) {
    await lab.virsh('destroy', one.uuid) // refused when it does not run
    await lab.virsh('undefine', one.uuid, '--snapshots-metadata', '--managed-save')
  }
  await lab.runInside('sh', ['-c', `rm -f '${lab.poolPath}'/*`])
  await lab.expectVirsh('pool-refresh', 'default')
}

async function must(lab: LibvirtLab, command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await lab.runInside(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
