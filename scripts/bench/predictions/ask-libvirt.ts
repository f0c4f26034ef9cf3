/** What libvirt itself does when asked for the same by virsh, without a plan. */
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { SingleIntent } from '@/lib/domain/plan'

/** True when libvirt took all of it. */
export async function askLibvirt(lab: LibvirtLab, guest: LabGuest, intent: SingleIntent): Promise<boolean> {
  const nameOf = (id: string) => id.slice(guest.uuid.length + 1)
  const virsh = async (command: string, ...args: string[]) => (await lab.virsh(command, guest.uuid, ...args)).code === 0
  switch (intent.do) {
    case 'delete': {
      const children = intent.children === 'delete' ? ['--children'] : []
      for (const id of intent.snapshotIds) {
        if (!(await virsh('snapshot-delete', `--snapshotname=${nameOf(id)}`, ...children))) return false
      }
      return true
    }
    case 'rollback':
      return virsh('snapshot-revert', `--snapshotname=${nameOf(intent.snapshotId)}`)
    case 'take':
      return virsh('snapshot-create-as', '--name=asked', ...(await takeOptions(lab, guest, intent)))
    case 'merge': {
      const target = intent.disk ?? guest.disks[0]?.target ?? 'vda'
      return intent.direction === 'pull'
        ? virsh('blockpull', target, '--wait')
        : virsh('blockcommit', target, '--active', '--pivot', '--wait')
    }
    case 'repair':
      throw new Error('repairs are not asked for here')
  }
}

/** The wish in virsh's words, impossible wishes included: without the memory of a guest that runs, with that of one that does not. */
async function takeOptions(
  lab: LibvirtLab,
  guest: LabGuest,
  { kind, memory, quiesce }: Extract<SingleIntent, { do: 'take' }>,
): Promise<string[]> {
  const running = (await lab.expectVirsh('domstate', guest.uuid)).trim() !== 'shut off'
  const frozen = quiesce ? ['--quiesce'] : []
  if (kind === 'internal' && memory === running) return frozen
  if (kind === 'internal' && running) {
    return [
      '--disk-only',
      ...guest.disks.flatMap(({ target }) => ['--diskspec', `${target},snapshot=internal`]),
      ...frozen,
    ]
  }
  const file = lab.imagePath(`${guest.name}-asked`)
  const overlays = guest.disks.flatMap(({ target }) => ['--diskspec', `${target},file=${file}-${target}.qcow2`])
  const saved = memory ? ['--memspec', `file=${file}.mem,snapshot=external`] : ['--disk-only', '--atomic']
  return [...saved, ...overlays, ...frozen]
}
