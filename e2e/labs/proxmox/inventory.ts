import type { Clock } from './clock'
import { type Cluster, createCluster } from './cluster'
import { bytesOfSize, disksOf, formatOf } from './disks'
import type { Chance } from './random'
import { recordedAcl, recordedRealms, recordedRoles, recordedTokens, recordedUsers } from './recorded-access'
import { plantSnapshot } from './snapshot-create'
import type { ClusterState, Guest, GuestConfig, GuestKind, Storage } from './state'

/** The recorded server: node pve1, its storages, guests, users and tokens. */

/** When the recording began, UTC in seconds: the guests were made some minutes before. */
export const RECORDING_STARTED = 1_795_236_021
const GUESTS_MADE = 1_795_235_897
const TOTAL = 270_553_174_016

const directory = (
  id: string,
  content: string,
  path: string,
  extra: Record<string, string | number> = {},
): Storage => ({
  id,
  type: 'dir',
  options: { path, ...extra },
  content: content.split(','),
  active: true,
  shared: false,
  total: TOTAL,
  used: 41_133_772_800,
  avail: 67_810_521_088,
  hasHistory: true,
})

const ALL_CONTENT = 'vztmpl,backup,rootdir,images,snippets,iso'

function recordedStorages(): Storage[] {
  return [
    directory('local', ALL_CONTENT, '/var/lib/vz', { 'prune-backups': 'keep-all=1' }),
    directory('dir1', ALL_CONTENT, '/srv/dir1'),
    directory('chain1', 'images', '/srv/chain1', { 'snapshot-as-volume-chain': 1 }),
    directory('bak1', 'backup', '/srv/bak1', { 'prune-backups': 'keep-last=3' }),
    {
      ...directory('btr1', 'images,rootdir', '/mnt/btr'),
      type: 'btrfs',
      total: 3_221_225_472,
      used: 8_253_440,
      avail: 2_664_501_248,
    },
    {
      ...directory('offline1', 'backup,images', '/srv/offline', { is_mountpoint: '1' }),
      active: false,
      hasHistory: false,
    },
  ]
}

interface GuestWish {
  vmid: number
  name: string
  disks: Record<string, string>
  extra?: GuestConfig
}

const VMS: readonly GuestWish[] = [
  {
    vmid: 101,
    name: 'web01',
    disks: { virtio0: 'dir1:101/vm-101-disk-0.qcow2,size=64M' },
    extra: {
      tags: 'prod;web',
      net0: 'virtio=BC:24:11:A3:19:AF',
      smbios1: 'uuid=46a6b29d-ee5c-43fe-8240-a09cb8ee4729',
      vmgenid: '2b0c119b-c826-4704-922e-115202debd43',
    },
  },
  {
    vmid: 102,
    name: 'db01',
    disks: { scsi0: 'dir1:102/vm-102-disk-0.qcow2,size=64M', scsi1: 'dir1:102/vm-102-disk-1.qcow2,size=64M' },
    extra: {
      tags: 'db;prod',
      net0: 'virtio=BC:24:11:E4:34:28',
      smbios1: 'uuid=1f0d1171-f6ec-4abe-8928-58a9f96eca73',
      vmgenid: 'e7980a69-de93-42c4-9a1a-ef401f2c9ded',
    },
  },
  { vmid: 103, name: 'raw01', disks: { scsi0: 'dir1:103/vm-103-disk-0.raw,size=64M' } },
  {
    vmid: 104,
    name: 'chain01',
    disks: { scsi0: 'chain1:104/vm-104-disk-0.qcow2,size=64M' },
    extra: { net0: 'virtio=BC:24:11:74:E8:D3', smbios1: 'uuid=5806a839-cf03-4d31-8eae-10a773d06cbb' },
  },
  { vmid: 105, name: 'btr01', disks: { scsi0: 'btr1:105/vm-105-disk-0.raw,size=64M' } },
  {
    vmid: 106,
    name: 'mixed01',
    disks: { scsi0: 'dir1:106/vm-106-disk-0.qcow2,size=64M', scsi1: 'dir1:106/vm-106-disk-1.raw,size=64M' },
  },
  {
    vmid: 107,
    name: 'noback01',
    disks: { scsi0: 'dir1:107/vm-107-disk-0.qcow2,backup=0,size=64M' },
    extra: {
      ide2: 'none,media=cdrom',
      boot: 'order=scsi0;ide2;net0',
      net0: 'virtio=BC:24:11:13:72:A6',
      smbios1: 'uuid=a706880b-ab00-41e2-adff-e3d7f07193c7',
    },
  },
  { vmid: 108, name: 'many01', disks: { scsi0: 'dir1:108/vm-108-disk-0.qcow2,size=64M' } },
  { vmid: 109, name: 'tpl01', disks: { scsi0: 'dir1:109/base-109-disk-0.qcow2,size=64M' }, extra: { template: 1 } },
  { vmid: 110, name: 'efi01', disks: { scsi0: 'dir1:110/vm-110-disk-0.qcow2,size=64M' } },
]

function vmConfig(wish: GuestWish, chance: Chance): GuestConfig {
  const firstDisk = Object.keys(wish.disks)[0] ?? 'scsi0'
  const made = GUESTS_MADE + Math.max(0, Math.floor((wish.vmid - 101) / 2))
  return {
    name: wish.name,
    agent: '1',
    args: '-kernel /var/lib/pve-lab/guest-vmlinuz -initrd /var/lib/pve-lab/guest-initrd.gz -append "console=ttyS0 quiet"',
    boot: `order=${firstDisk};net0`,
    cores: 1,
    cpu: 'qemu64',
    kvm: 0,
    memory: '128',
    meta: `creation-qemu=10.0.13,ctime=${wish.vmid === 107 ? 1_795_235_900 : wish.vmid === 104 ? 1_795_235_898 : made}`,
    net0: `virtio=BC:24:11:00:00:${String(wish.vmid % 100).padStart(2, '0')}`,
    ostype: 'l26',
    scsihw: 'virtio-scsi-single',
    serial0: 'socket',
    smbios1: `uuid=${chance.uuid()}`,
    vmgenid: chance.uuid(),
    ...wish.disks,
    ...wish.extra,
  }
}

export function makeGuest(kind: GuestKind, vmid: number, node: string, config: GuestConfig): Guest {
  return {
    kind,
    vmid,
    node,
    config,
    snapshots: new Map(),
    runningSinceMs: undefined,
    agentRuns: false,
    agentFrozen: false,
    pid: 0,
    fileLock: undefined,
    haManaged: false,
  }
}

/** Puts a guest and the volumes its configuration names into the state. */
export function addGuest(state: ClusterState, guest: Guest, ctime: number): void {
  state.guests.set(guest.vmid, guest)
  for (const disk of disksOf(guest.config)) {
    const format = formatOf(disk.volid)
    state.volumes.set(disk.volid, {
      volid: disk.volid,
      storage: disk.storage,
      content: guest.kind === 'lxc' ? 'rootdir' : 'images',
      format,
      vmid: guest.vmid,
      size: bytesOfSize(disk.options.size ?? ''),
      used: format === 'qcow2' ? 266_240 : disk.storage === 'btr1' ? 0 : 4096,
      ctime,
      snapshots: [],
    })
  }
}

export function emptyState(): ClusterState {
  return {
    release: { release: '9.2', version: '9.2.11', repoid: '14a22df35955d97d' },
    clusterName: '',
    quorate: true,
    nodes: new Map(),
    guests: new Map(),
    storages: new Map(),
    volumes: new Map(),
    users: new Map(),
    tokens: new Map(),
    acl: [],
    roles: new Map(recordedRoles().map((role) => [role.id, role])),
    realms: recordedRealms(),
    backupJobs: new Map(),
    options: { description: '', mac_prefix: 'BC:24:11', 'allowed-tags': ['db', 'prod', 'web'] },
  }
}

/** The server before the first recorded exchange: no snapshot anywhere, everything off. */
export function freshRecordedServer(options: { clock: Clock; chance: Chance; fingerprint?: string }): Cluster {
  const state = emptyState()
  const bootMs = 1_795_233_043_860
  const now = options.clock.now()
  const boot = now < bootMs + 60_000 || now > bootMs + 86_400_000 * 30 ? now - 2_986_000 : bootMs
  state.nodes.set('pve1', { name: 'pve1', reach: 'local', ip: '192.0.2.11', listed: true, bootMs: boot })
  state.nodes.set('pve2', { name: 'pve2', reach: 'refused', ip: '192.0.2.12', listed: false, bootMs: boot })
  state.nodes.set('pve3', { name: 'pve3', reach: 'no-route', ip: '192.0.2.13', listed: false, bootMs: boot })
  for (const storage of recordedStorages()) state.storages.set(storage.id, storage)
  for (const user of recordedUsers()) state.users.set(user.id, user)
  for (const token of recordedTokens()) state.tokens.set(token.id, token)
  state.acl = recordedAcl()
  for (const wish of VMS)
    addGuest(state, makeGuest('qemu', wish.vmid, 'pve1', vmConfig(wish, options.chance)), GUESTS_MADE)
  const container = { arch: 'amd64', memory: 64, ostype: 'unmanaged', swap: 512 }
  const rootfs: [number, string][] = [
    [201, 'btr1:201/subvol-201-disk-0.subvol,size=0T'],
    [202, 'dir1:202/vm-202-disk-0.raw,size=64M'],
  ]
  for (const [vmid, disk] of rootfs) {
    addGuest(
      state,
      makeGuest('lxc', vmid, 'pve1', { ...container, hostname: `ct${vmid}`, rootfs: disk }),
      1_795_235_903,
    )
  }
  state.volumes.set('dir1:vztmpl/busybox_1.0_amd64.tar.gz', {
    volid: 'dir1:vztmpl/busybox_1.0_amd64.tar.gz',
    storage: 'dir1',
    content: 'vztmpl',
    format: 'tgz',
    vmid: undefined,
    size: 1_067_387,
    used: undefined,
    ctime: 1_795_235_749,
    snapshots: [],
  })
  return createCluster({ ...options, state, startsWarn: true })
}

/**
 * The server as the survey at the recording's end saw it, with its trees, a running guest and backups: what
 * `lab:proxmox` starts. Times are the recorded ones, so that every start is the same.
 */
export function recordedServer(options: { clock: Clock; chance: Chance; fingerprint?: string }): Cluster {
  const cluster = freshRecordedServer(options)
  const guest = (vmid: number): Guest => {
    const found = cluster.state.guests.get(vmid)
    if (found === undefined) throw new Error(`no guest ${vmid}`)
    return found
  }
  const plant = (vmid: number, name: string, second: number, description = ''): void =>
    plantSnapshot(cluster, guest(vmid), { name, snaptime: 1_795_236_000 + second, description })
  plant(101, 'live_disk', 132)
  plant(101, 'live_ram', 134, 'with RAM')
  addMemory(cluster, guest(101), 'live_ram')
  guest(101).config.parent = 'live_disk'
  guest(102).config.scsi0 = 'dir1:102/vm-102-disk-0.qcow2,size=80M'
  const grown = cluster.state.volumes.get('dir1:102/vm-102-disk-0.qcow2')
  if (grown !== undefined) grown.size = 80 * 1024 ** 2
  plant(102, 'state_a', 508, 'first state')
  plant(102, 'state_b', 510, 'child of a')
  guest(102).config.parent = 'state_a'
  plant(102, 'state_c', 512, 'branch from a')
  plant(104, 'vc_a', 482)
  plant(104, 'vc_c', 486)
  for (let index = 1; index <= 25; index++) {
    plant(108, `auto${String(index).padStart(3, '0')}`, 492 + Math.round(index / 2), `auto snapshot ${index}`)
  }
  plant(201, 'ct_b', 473)
  delete guest(201).config.parent
  plant(201, 'ct_c', 476)
  guest(101).runningSinceMs = Math.min(1_795_238_106_000, options.clock.now())
  guest(101).agentRuns = true
  guest(101).pid = 115
  addRecordedBackups(cluster, 1_795_236_942)
  return cluster
}

/** Makes a planted snapshot one with RAM. */
function addMemory(cluster: Cluster, guest: Guest, name: string): void {
  const volid = `dir1:${guest.vmid}/vm-${guest.vmid}-state-${name}.raw`
  const snapshot = guest.snapshots.get(name)
  if (snapshot === undefined) throw new Error(`no snapshot ${name}`)
  Object.assign(snapshot.config, {
    vmstate: volid,
    runningmachine: 'pc-i440fx-10.0+pve1',
    runningcpu: 'qemu64',
    'running-nets-host-mtu': 'net0=0',
  })
  cluster.state.volumes.set(volid, {
    volid,
    storage: 'dir1',
    content: 'images',
    format: 'raw',
    vmid: guest.vmid,
    size: 99_843_072,
    used: 99_844_096,
    ctime: Number(snapshot.config.snaptime),
    snapshots: [],
  })
}

/** One backup of each backed-up guest and the nightly job. */
function addRecordedBackups(cluster: Cluster, at: number): void {
  addBackup(cluster, { subtype: 'lxc', vmid: 201, format: 'tar', size: 2_068_480, at })
  addBackup(cluster, { subtype: 'qemu', vmid: 101, format: 'vma.zst', size: 2743, at, notes: 'web01 lab' })
  addBackup(cluster, { subtype: 'qemu', vmid: 102, format: 'vma.zst', size: 5435, at })
  const options = {
    schedule: 'mon..fri 02:30',
    storage: 'bak1',
    all: 1,
    mode: 'snapshot',
    enabled: 1,
    comment: 'nightly',
  }
  const id = '96bf24ff-8fde-4303-bedc-27aedec98a1d'
  cluster.state.backupJobs.set(id, { id, options, nextRun: at + 86_400 })
}

/** A finished backup in bak1, named as vzdump names it (UTC here). */
export function addBackup(
  cluster: Cluster,
  backup: { subtype: GuestKind; vmid: number; format: string; size: number; at: number; notes?: string },
): void {
  const [day = '', time = ''] = new Date(backup.at * 1000).toISOString().split('T')
  const stamp = `${day.replaceAll('-', '_')}-${time.slice(0, 8).replaceAll(':', '_')}`
  const volid = `bak1:backup/vzdump-${backup.subtype}-${backup.vmid}-${stamp}.${backup.format}`
  const { subtype, vmid, format, size, at, notes } = backup
  cluster.state.volumes.set(volid, {
    volid,
    storage: 'bak1',
    content: 'backup',
    format,
    vmid,
    size,
    used: undefined,
    ctime: at,
    snapshots: [],
    subtype,
    ...(notes === undefined ? {} : { notes }),
  })
}
