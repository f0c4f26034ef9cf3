/**
 * The command a person would type on the node for the same change: to learn from, and to finish by hand. Not
 * translated and never run by us: our adapters speak the API. Names are quoted for a POSIX shell.
 */
import type { Command } from '@/lib/domain/command'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { GuestKind } from '@/lib/domain/inventory'
import { unreachable } from '@/lib/domain/result'

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/
const quote = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
const line = (...words: string[]): string => words.filter((word) => word !== '').join(' ')

/** The equivalent line, or null where the platform has none of one line. A Proxmox guest's native id is its vmid. */
export function nativeCommand(command: Command, kind: HypervisorKind, guestKind: GuestKind): string | null {
  switch (kind) {
    case 'libvirt':
      return virsh(command)
    case 'proxmox':
      return qm(command, guestKind === 'container' ? 'pct' : 'qm')
    case 'vsphere':
      return govc(command)
    default:
      return unreachable(kind)
  }
}

function virsh(command: Command): string | null {
  switch (command.do) {
    case 'snapshot.take': {
      const disks = command.disks.map((disk) => {
        if (disk.mode === 'excluded') return `--diskspec ${quote(disk.target)},snapshot=no`
        if (disk.mode === 'external')
          return `--diskspec ${quote(`${disk.target},snapshot=external,file=${disk.overlay}`)}`
        return ''
      })
      return line(
        'virsh snapshot-create-as',
        quote(command.guest.name),
        quote(command.name),
        command.memory === 'none' && command.disks.some((disk) => disk.mode === 'external') ? '--disk-only' : '',
        command.memoryFile === null ? '' : `--memspec ${quote(command.memoryFile)}`,
        command.quiesce ? '--quiesce' : '',
        ...disks,
        '--atomic',
      )
    }
    case 'snapshot.rollback':
      return line(
        'virsh snapshot-revert',
        quote(command.guest.name),
        quote(command.snapshot.name),
        command.powerAfter === 'running' ? '--running' : '',
        command.force ? '--force' : '',
      )
    case 'snapshot.delete':
      return line(
        'virsh snapshot-delete',
        quote(command.guest.name),
        quote(command.snapshot.name),
        command.children === 'delete' ? '--children' : '',
        command.how === 'entry' ? '--metadata' : '',
      )
    case 'snapshot.delete-data':
      return `qemu-img snapshot -d ${quote(command.name)} IMAGE`
    case 'snapshot.adopt':
      return line('virsh snapshot-create', quote(command.guest.name), '--redefine FILE.xml')
    case 'chain.merge':
      return command.direction === 'commit'
        ? line(
            'virsh blockcommit',
            quote(command.guest.name),
            quote(command.disk.target),
            command.base === null ? '' : `--base ${quote(command.base)}`,
            `--top ${quote(command.top)}`,
            '--wait --pivot',
          )
        : line(
            'virsh blockpull',
            quote(command.guest.name),
            quote(command.disk.target),
            command.base === null ? '' : `--base ${quote(command.base)}`,
            '--wait',
          )
    case 'chain.finish-job':
      return line('virsh blockjob', quote(command.guest.name), quote(command.disk.target), `--${command.end}`)
    case 'guest.power':
      return line(
        { on: 'virsh start', off: 'virsh destroy', shutdown: 'virsh shutdown', resume: 'virsh resume' }[command.to],
        quote(command.guest.name),
      )
    case 'guest.thaw':
      return line('virsh domfsthaw', quote(command.guest.name))
    case 'guest.discard-saved-memory':
      return line('virsh managedsave-remove', quote(command.guest.name))
    case 'volume.delete':
      return line('virsh vol-delete', quote(command.volume), '--pool', quote(command.storage.name))
    case 'image.check':
      return command.repair ? 'qemu-img check -r all IMAGE' : 'qemu-img check IMAGE'
    case 'guest.set-tags':
    case 'guest.unlock':
    case 'guest.fork':
      return null
    default:
      return unreachable(command)
  }
}

function qm(command: Command, tool: 'qm' | 'pct'): string | null {
  switch (command.do) {
    case 'snapshot.take':
      return line(
        `${tool} snapshot`,
        quote(command.guest.nativeId),
        quote(command.name),
        command.memory === 'saved' ? '--vmstate 1' : '',
        command.description === '' ? '' : `--description ${quote(command.description)}`,
      )
    case 'snapshot.rollback':
      return line(
        `${tool} rollback`,
        quote(command.guest.nativeId),
        quote(command.snapshot.name),
        command.powerAfter === 'running' ? '--start 1' : '',
      )
    case 'snapshot.delete':
      return line(
        `${tool} delsnapshot`,
        quote(command.guest.nativeId),
        quote(command.snapshot.name),
        command.how === 'entry' ? '--force 1' : '',
      )
    case 'guest.power':
      return line(
        `${tool} ${{ on: 'start', off: 'stop', shutdown: 'shutdown', resume: 'resume' }[command.to]}`,
        quote(command.guest.nativeId),
      )
    case 'guest.thaw':
      return line('qm guest cmd', quote(command.guest.nativeId), 'fsfreeze-thaw')
    case 'guest.set-tags':
      return line(
        `${tool} set`,
        quote(command.guest.nativeId),
        `--tags ${quote(command.tags.join(';'))}`,
        command.protected === null ? '' : `--protection ${command.protected ? 1 : 0}`,
      )
    case 'guest.unlock':
      return line(`${tool} unlock`, quote(command.guest.nativeId))
    case 'volume.delete':
      return line('pvesm free', quote(command.volume))
    case 'snapshot.delete-data':
    case 'snapshot.adopt':
    case 'chain.merge':
    case 'chain.finish-job':
    case 'guest.discard-saved-memory':
    case 'guest.fork':
    case 'image.check':
      return null
    default:
      return unreachable(command)
  }
}

function govc(command: Command): string | null {
  const guest = 'guest' in command ? quote(command.guest.name) : ''
  switch (command.do) {
    case 'snapshot.take':
      return line(
        'govc snapshot.create',
        `-vm ${guest}`,
        `-m=${command.memory === 'saved'}`,
        `-q=${command.quiesce}`,
        quote(command.name),
      )
    case 'snapshot.rollback':
      return line('govc snapshot.revert', `-vm ${guest}`, quote(command.snapshot.name))
    case 'snapshot.delete':
      return line(
        'govc snapshot.remove',
        `-vm ${guest}`,
        command.children === 'delete' ? '-r' : '',
        quote(command.snapshot.name),
      )
    case 'guest.power':
      return line(
        {
          on: 'govc vm.power -on',
          off: 'govc vm.power -off',
          shutdown: 'govc vm.power -s',
          resume: 'govc vm.power -on',
        }[command.to],
        guest,
      )
    case 'chain.merge':
    case 'snapshot.delete-data':
    case 'snapshot.adopt':
    case 'chain.finish-job':
    case 'guest.thaw':
    case 'guest.set-tags':
    case 'guest.unlock':
    case 'guest.discard-saved-memory':
    case 'guest.fork':
    case 'volume.delete':
    case 'image.check':
      return null
    default:
      return unreachable(command)
  }
}
