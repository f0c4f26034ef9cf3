import type { Clock } from './clock'
import { type Cluster, createCluster } from './cluster'
import { addGuest, emptyState, makeGuest } from './inventory'
import type { Chance } from './random'
import { plantSnapshot } from './snapshot-create'
import type { GuestConfig, Storage } from './state'

/** A made-up cluster of any size, with storages of every kind: for benches and random histories. */

const KINDS: readonly {
  id: string
  type: string
  options: Record<string, string | number>
  suffix: string
  folder: boolean
}[] = [
  {
    id: 'nfs1',
    type: 'nfs',
    options: { path: '/mnt/pve/nfs1', server: '192.0.2.50', export: '/tank' },
    suffix: '.qcow2',
    folder: true,
  },
  { id: 'thin1', type: 'lvmthin', options: { vgname: 'pve', thinpool: 'data' }, suffix: '', folder: false },
  { id: 'zfs1', type: 'zfspool', options: { pool: 'tank' }, suffix: '', folder: false },
  { id: 'ceph1', type: 'rbd', options: { pool: 'vms' }, suffix: '', folder: false },
  { id: 'lvm1', type: 'lvm', options: { vgname: 'san' }, suffix: '', folder: false },
]

export interface ClusterSize {
  nodes: number
  guests: number
  /** On every guest whose storage can. */
  snapshotsEach: number
  /** One in so many guests is a container; 0 = none. */
  containerEvery?: number
}

/** Guests 100, 101, … spread over node01, node02, …; node01 is the one that answers. root@pam!lab may do everything. */
export function generatedCluster(options: { clock: Clock; chance: Chance; size: ClusterSize }): Cluster {
  const { clock, chance, size } = options
  const state = emptyState()
  state.clusterName = 'lab'
  for (let index = 1; index <= size.nodes; index++) {
    const name = `node${String(index).padStart(2, '0')}`
    const reach = index === 1 ? 'local' : 'online'
    state.nodes.set(name, { name, reach, ip: `192.0.2.${index}`, listed: true, bootMs: clock.now() - 86_400_000 })
  }
  for (const kind of KINDS) state.storages.set(kind.id, storageOf(kind.id, kind.type, kind.options))
  state.users.set('root@pam', { id: 'root@pam', password: 'root-lab-password', enabled: true })
  const secret = '00000000-0000-4000-8000-000000000001'
  state.tokens.set('root@pam!lab', { id: 'root@pam!lab', secret, privsep: false, expire: 0 })
  const cluster = createCluster({ state, clock, chance })
  const now = Math.floor(clock.now() / 1000)
  const names = [...state.nodes.keys()]
  for (let index = 0; index < size.guests; index++) {
    const vmid = 100 + index
    const every = size.containerEvery ?? 0
    const container = every > 0 && Math.floor(index / size.nodes) % every === every - 1
    // Most guests can snapshot; thick LVM (the last kind) gets one in twenty.
    const kind = (index % 20 === 19 ? KINDS[4] : KINDS[index % 4]) ?? KINDS[0]
    if (kind === undefined) throw new Error('no kind of storage')
    const suffix = container && kind.folder ? '.raw' : kind.suffix
    const volid = `${kind.id}:${kind.folder ? `${vmid}/` : ''}vm-${vmid}-disk-0${suffix}`
    const config = container ? containerConfig(vmid, volid) : machineConfig(vmid, volid, chance)
    const guest = makeGuest(container ? 'lxc' : 'qemu', vmid, names[index % names.length] ?? 'node01', config)
    addGuest(state, guest, now - 90 * 86_400)
    if (index % 3 !== 0) guest.runningSinceMs = clock.now() - chance.whole(1, 80_000) * 1000
    if (kind.type === 'lvm' || suffix === '.raw') continue
    for (let each = 1; each <= size.snapshotsEach; each++) {
      const snaptime = now - (size.snapshotsEach - each + 1) * 86_400
      plantSnapshot(cluster, guest, { name: `daily_${each}`, snaptime, description: `day ${each}` })
    }
  }
  return cluster
}

function storageOf(id: string, type: string, options: Record<string, string | number>): Storage {
  const total = 20 * 1024 ** 4
  const used = 12 * 1024 ** 4
  return {
    id,
    type,
    options,
    total,
    used,
    content: ['images', 'rootdir'],
    active: true,
    shared: type !== 'lvmthin' && type !== 'zfspool',
    avail: total - used,
    hasHistory: true,
  }
}

const containerConfig = (vmid: number, volid: string): GuestConfig => ({
  arch: 'amd64',
  hostname: `ct${vmid}`,
  memory: 512,
  ostype: 'debian',
  swap: 512,
  rootfs: `${volid},size=8G`,
})

const machineConfig = (vmid: number, volid: string, chance: Chance): GuestConfig => ({
  name: `vm${vmid}`,
  agent: '1',
  boot: 'order=scsi0',
  cores: 2,
  memory: '2048',
  meta: 'creation-qemu=10.0.13,ctime=1795000000',
  ostype: 'l26',
  scsihw: 'virtio-scsi-single',
  scsi0: `${volid},size=32G`,
  smbios1: `uuid=${chance.uuid()}`,
  vmgenid: chance.uuid(),
})
