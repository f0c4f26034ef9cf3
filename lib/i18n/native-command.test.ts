import { describe, expect, it } from 'vitest'
import type { Command } from '@/lib/domain/command'
import { nativeCommand } from './native-command'

const guest = { nativeId: '101', name: 'web 01', node: 'pve-1' }
const snapshot = { guest, nativeId: 'a', name: "it's; rm -rf /" }
const rollback: Command = { do: 'snapshot.rollback', guest, snapshot, powerAfter: 'running', force: false }

describe('nativeCommand', () => {
  it('is the line of the platform', () => {
    const plain: Command = { ...rollback, guest: { ...guest, name: 'web' }, snapshot: { ...snapshot, name: 'before' } }
    expect(nativeCommand(plain, 'libvirt', 'vm')).toBe('virsh snapshot-revert web before --running')
    expect(nativeCommand(plain, 'proxmox', 'vm')).toBe('qm rollback 101 before --start 1')
    expect(nativeCommand(plain, 'proxmox', 'container')).toBe('pct rollback 101 before --start 1')
    expect(nativeCommand(plain, 'vsphere', 'vm')).toBe('govc snapshot.revert -vm web before')
  })

  it('quotes names, so that pasting it runs nothing else', () => {
    expect(nativeCommand(rollback, 'libvirt', 'vm')).toBe(
      `virsh snapshot-revert 'web 01' 'it'\\''s; rm -rf /' --running`,
    )
  })

  it('names the overlay of every external disk, and leaves out what is left out', () => {
    const take: Command = {
      do: 'snapshot.take',
      guest: { ...guest, name: 'web' },
      name: 's1',
      description: '',
      memory: 'none',
      memoryFile: null,
      quiesce: true,
      disks: [
        { target: 'vda', mode: 'external', overlay: '/pool/web.s1' },
        { target: 'vdb', mode: 'excluded' },
      ],
    }
    expect(nativeCommand(take, 'libvirt', 'vm')).toBe(
      'virsh snapshot-create-as web s1 --disk-only --quiesce --diskspec vda,snapshot=external,file=/pool/web.s1 --diskspec vdb,snapshot=no --atomic',
    )
  })

  it('is silent where the platform has no single line', () => {
    const fork: Command = { do: 'guest.fork', guest, snapshot, as: 'copy', disks: [] }
    for (const kind of ['libvirt', 'proxmox', 'vsphere'] as const) expect(nativeCommand(fork, kind, 'vm')).toBeNull()
  })
})
