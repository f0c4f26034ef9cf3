/** The demo's Proxmox cluster: LVM-thin that is nearly full, ZFS that rolls back to the newest only, RBD, a qcow2 directory. */
import { ordinaryGuests, stamp } from './demo-guests'
import { seededRandom } from './random'
import type { Scenario, ScenarioGuest } from './scenario'

const NODES = ['pve-sh-01', 'pve-sh-02', 'pve-sh-03'] as const

/** pve-sh as it is at the anchor. */
export function proxmoxDemo(anchorMillis: number): Scenario {
  return {
    kind: 'proxmox',
    product: 'Proxmox VE',
    version: '9.2.11',
    node: 'pve-sh-01',
    address: 'https://pve-sh.example.cn:8006',
    storages: [
      {
        name: 'local',
        id: 'pve-sh-01/local',
        node: 'pve-sh-01',
        type: 'dir',
        path: '/var/lib/vz',
        capacityGib: 930,
        usedGib: 402,
        style: 'internal',
        tellsVolumeBytes: true,
        strays: [{ name: 'template/iso/ubuntu-24.04.1-live-server-amd64.iso', role: 'iso', format: 'iso', gib: 2.59 }],
      },
      {
        name: 'local-zfs',
        id: 'pve-sh-02/local-zfs',
        node: 'pve-sh-02',
        type: 'zfspool',
        capacityGib: 3576,
        usedGib: 3025,
        style: 'native',
        reach: 'newest-only',
      },
      {
        name: 'lvm-thin',
        id: 'pve-sh-03/lvm-thin',
        node: 'pve-sh-03',
        type: 'lvmthin',
        capacityGib: 1862,
        usedGib: 1715,
        style: 'native',
        metadataRatio: 0.48,
      },
      {
        name: 'ceph-vm',
        id: 'ceph-vm',
        node: 'pve-sh-01',
        type: 'rbd',
        capacityGib: 22_300,
        usedGib: 15_150,
        style: 'native',
      },
      {
        name: 'nfs-old',
        id: 'nfs-old',
        node: 'pve-sh-01',
        type: 'nfs',
        active: false,
        capacityGib: 0,
        usedGib: 0,
        style: 'none',
      },
    ],
    guests: [
      ...namedGuests(anchorMillis),
      ...ordinaryGuests({
        count: 56,
        nodes: NODES,
        storages: [
          { name: 'ceph-vm', format: 'raw', snapshots: true },
          { name: 'ceph-vm', format: 'raw', snapshots: true },
          { name: 'pve-sh-02/local-zfs', format: 'raw', node: 'pve-sh-02', snapshots: true },
          { name: 'pve-sh-03/lvm-thin', format: 'raw', node: 'pve-sh-03', snapshots: true },
        ],
        target: 'scsi0',
        containers: true,
        firstId: 140,
        anchorMillis,
        random: seededRandom(9206),
      }).map(withProxmoxNames),
    ],
  }
}

/** Proxmox takes letters, digits, `-` and `_`, and 40 characters. */
function withProxmoxNames(guest: ScenarioGuest): ScenarioGuest {
  const history = guest.history?.map((step) => (step.do === 'take' ? { ...step, name: step.name.slice(0, 40) } : step))
  return { ...guest, history }
}

function namedGuests(anchorMillis: number): ScenarioGuest[] {
  const vm = (
    id: string,
    name: string,
    node: string,
    storage: string,
    rest: Omit<ScenarioGuest, 'name'>,
  ): ScenarioGuest => ({
    id,
    name,
    node,
    ...rest,
    disks: rest.disks.map((disk) => ({ ...disk, storage })),
  })
  const disk = (gib: number, usedGib: number, format = 'raw') => [
    { target: 'scsi0', storage: null, format, gib, usedGib },
  ]
  return [
    vm('101', 'crm-web-01', 'pve-sh-02', 'pve-sh-02/local-zfs', {
      tags: ['prod'],
      cpus: 4,
      memoryGib: 8,
      agent: 'connected',
      disks: disk(80, 41),
    }),
    vm('102', 'mes-db-01', 'pve-sh-03', 'pve-sh-03/lvm-thin', {
      tags: ['prod'],
      cpus: 16,
      memoryGib: 64,
      agent: 'connected',
      description: 'Plant database. Owner Sun Li.',
      disks: disk(900, 700),
      history: [
        { do: 'take', name: 'before_pg17', hoursAgo: 1010.89, description: 'Before PostgreSQL 17' },
        { do: 'write', gib: 40 },
        { do: 'take', name: 'before_partitioning', hoursAgo: 260.18, memory: true, memoryGib: 51.2 },
        { do: 'write', gib: 22 },
        { do: 'take', name: `nightly_${stamp(anchorMillis, 9.76)}`, hoursAgo: 9.76 },
      ],
    }),
    vm('103', 'test-legacy-crm', 'pve-sh-01', 'pve-sh-01/local', {
      tags: ['test'],
      cpus: 2,
      memoryGib: 4,
      disks: disk(60, 38, 'qcow2'),
      history: [
        { do: 'take', name: 'clean_install', hoursAgo: 2900.65 },
        { do: 'take', name: 'php74', hoursAgo: 700.11, memory: true, memoryGib: 3.1 },
        { do: 'rollback', to: 'clean_install', hoursAgo: 600.49 },
        { do: 'power', to: 'running' },
        { do: 'take', name: 'php82', hoursAgo: 590.35 },
        { do: 'take', name: 'php82_tuned', hoursAgo: 320.13 },
        { do: 'rollback', to: 'php82', hoursAgo: 140.28 },
        { do: 'power', to: 'running' },
        { do: 'take', name: 'migration_try_2', hoursAgo: 27.3 },
      ],
    }),
    vm('104', 'ci-runner-01', 'pve-sh-01', 'ceph-vm', {
      tags: ['dev', 'ci'],
      cpus: 8,
      memoryGib: 16,
      agent: 'connected',
      disks: disk(120, 64),
    }),
    vm('105', 'git-01', 'pve-sh-02', 'pve-sh-02/local-zfs', {
      tags: ['prod'],
      cpus: 4,
      memoryGib: 16,
      agent: 'connected',
      disks: disk(400, 212),
      history: [
        { do: 'take', name: 'zfs_daily_2', hoursAgo: 33.74 },
        { do: 'take', name: 'zfs_daily_1', hoursAgo: 9.76 },
      ],
    }),
    vm('106', 'win-print-01', 'pve-sh-03', 'pve-sh-03/lvm-thin', {
      tags: ['prod'],
      cpus: 2,
      memoryGib: 8,
      firmware: 'uefi',
      tpm: true,
      disks: disk(100, 61),
      history: [
        { do: 'take', name: 'before_driver', hoursAgo: 620.77, memory: true, memoryGib: 6.4 },
        { do: 'take', name: 'half_made', hoursAgo: 30.52 },
        { do: 'leave-incomplete', name: 'half_made' },
      ],
    }),
    vm('107', 'raw-appliance', 'pve-sh-01', 'nfs-old', {
      tags: ['dev'],
      power: 'stopped',
      cpus: 1,
      memoryGib: 1,
      disks: disk(16, 16),
    }),
  ]
}
