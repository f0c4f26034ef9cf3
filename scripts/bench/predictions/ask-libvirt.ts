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
    case 'take': {
      const file = lab.imagePath(`${guest.name}-asked`)
      const memory = intent.memory ? ['--memspec', `file=${file}.mem,snapshot=external`] : ['--disk-only', '--atomic']
      const overlays = guest.disks.flatMap(({ target }) => ['--diskspec', `${target},file=${file}-${target}.qcow2`])
      const how = intent.kind === 'internal' ? [] : [...memory, ...overlays, ...(intent.quiesce ? ['--quiesce'] : [])]
      return virsh('snapshot-create-as', '--name=asked', ...how)
    }
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
