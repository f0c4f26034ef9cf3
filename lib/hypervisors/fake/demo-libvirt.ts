/** The demo's two KVM hosts: one with everything that grows on libvirt over the years, one that fell silent. */
import { ordinaryGuests, stamp } from './demo-guests'
import { seededRandom } from './random'
import type { Scenario, ScenarioGuest } from './scenario'

const IMAGES = '/var/lib/libvirt/images'

/** kvm-gz-01 as it is at the anchor. */
export function libvirtDemo(anchorMillis: number): Scenario {
  return {
    kind: 'libvirt',
    product: 'libvirt with QEMU 7.2.13',
    version: '9.0.0',
    node: 'kvm-gz-01',
    address: 'qemu+ssh://snapwarden@kvm-gz-01.example.cn/system',
    storages: [
      {
        name: 'default',
        node: 'kvm-gz-01',
        type: 'dir',
        path: IMAGES,
        capacityGib: 7150,
        usedGib: 5120,
        style: 'internal',
        // An ext4 file system of this size with what mkfs gives it.
        inodes: { total: 468_582_400, free: 463_901_212 },
        strays: [
          { name: 'ci-build.b2', role: 'orphan', format: 'qcow2', gib: 18.7, backingFile: `${IMAGES}/ci-build.qcow2` },
          { name: 'hr-app-01.before-update.mem', role: 'orphan', format: 'raw', gib: 7.6 },
          { name: 'virtio-win-0.1.266.iso', role: 'iso', format: 'iso', gib: 0.69 },
        ],
      },
      {
        name: 'nvme',
        node: 'kvm-gz-01',
        type: 'dir',
        path: '/srv/nvme',
        capacityGib: 3570,
        usedGib: 2610,
        style: 'external',
      },
    ],
    guests: [
      ...oddities(anchorMillis),
      ...ordinaryGuests({
        count: 28,
        nodes: ['kvm-gz-01'],
        storages: [
          { name: 'default', format: 'qcow2', snapshots: true },
          { name: 'default', format: 'qcow2', snapshots: true },
          { name: 'nvme', format: 'qcow2', snapshots: true },
          { name: 'nvme', format: 'raw', snapshots: false },
        ],
        target: 'vda',
        anchorMillis,
        random: seededRandom(1130),
      }),
    ],
  }
}

function oddities(anchorMillis: number): ScenarioGuest[] {
  const disk = (gib: number, usedGib: number, storage = 'default', format = 'qcow2') => [
    { target: 'vda', storage, format, gib, usedGib },
  ]
  return [
    {
      name: 'orders-api-01',
      tags: ['prod'],
      cpus: 8,
      memoryGib: 32,
      agent: 'connected',
      description: 'Backup tool left its overlays.',
      disks: disk(300, 188, 'nvme'),
      history: Array.from({ length: 9 }, (_, index) => index).flatMap((index) => [
        {
          do: 'take' as const,
          name: `backup-${stamp(anchorMillis, 220.51 - index * 24)}`,
          hoursAgo: 220.51 - index * 24,
        },
        { do: 'write' as const, gib: 2.5 + index * 0.7 },
      ]),
    },
    {
      name: 'gitlab-runner-golden',
      power: 'stopped',
      tags: ['dev'],
      cpus: 4,
      memoryGib: 8,
      disks: [
        {
          target: 'vda',
          storage: 'default',
          format: 'qcow2',
          gib: 40,
          usedGib: 9.4,
          file: `${IMAGES}/runner-golden.qcow2`,
        },
      ],
    },
    ...['gitlab-runner-01', 'gitlab-runner-02'].map((name) => ({
      name,
      tags: ['dev'],
      cpus: 4,
      memoryGib: 8,
      disks: [
        {
          target: 'vda',
          storage: 'default',
          format: 'qcow2',
          gib: 40,
          usedGib: 6.1,
          backing: `${IMAGES}/runner-golden.qcow2`,
        },
      ],
    })),
    {
      name: 'ci-build',
      tags: ['dev', 'ci'],
      cpus: 16,
      memoryGib: 32,
      disks: disk(200, 122),
      history: [
        { do: 'take', name: 'toolchain-12', hoursAgo: 900.24 },
        { do: 'take', name: 'toolchain-13', hoursAgo: 400.36 },
        { do: 'lose-metadata', name: 'toolchain-12', keepData: true },
      ],
    },
    {
      name: 'hr-legacy',
      tags: ['prod'],
      power: 'stopped',
      cpus: 2,
      memoryGib: 4,
      disks: disk(60, 33),
      history: [
        { do: 'take', name: 'before-2024', hoursAgo: 9000.61 },
        { do: 'take', name: 'year-end', hoursAgo: 7800.72 },
        { do: 'take', name: 'after-audit', hoursAgo: 5100.3 },
        { do: 'lose-metadata', name: 'before-2024', keepData: false },
      ],
    },
    {
      name: 'dns-01',
      tags: ['prod'],
      cpus: 1,
      memoryGib: 1,
      disks: disk(20, 6),
      history: [
        { do: 'lay-overlay', disk: 'vda', file: `${IMAGES}/dns-01.veeam-tmp.qcow2` },
        { do: 'write', gib: 3.9 },
      ],
    },
    {
      name: 'win11-kiosk',
      tags: ['test'],
      cpus: 4,
      memoryGib: 8,
      firmware: 'uefi',
      tpm: true,
      disks: disk(80, 47, 'nvme'),
      history: [
        { do: 'take', name: 'enrolled', hoursAgo: 210.37, style: 'external' },
        { do: 'write', gib: 8.2 },
      ],
    },
    {
      name: 'plm-test-02',
      tags: ['test'],
      power: 'stopped',
      cpus: 4,
      memoryGib: 16,
      managedSave: true,
      disks: disk(120, 80),
      history: [{ do: 'take', name: 'import-done', hoursAgo: 61.42 }],
    },
    {
      name: 'oracle-raw-01',
      tags: ['prod'],
      cpus: 16,
      memoryGib: 128,
      disks: disk(800, 800, 'nvme', 'raw'),
      history: [
        { do: 'take', name: 'before-psu', hoursAgo: 98.76, consistency: 'crash' },
        { do: 'write', gib: 74.3 },
      ],
    },
    {
      name: 'mq-mixed',
      tags: ['test'],
      power: 'stopped',
      cpus: 2,
      memoryGib: 4,
      disks: disk(40, 18),
      history: [
        { do: 'take', name: 'first', hoursAgo: 800.62, style: 'external' },
        { do: 'write', gib: 4 },
        { do: 'take', name: 'second', hoursAgo: 120.89, style: 'internal' },
      ],
    },
    {
      name: 'lab-tree',
      tags: ['dev'],
      power: 'stopped',
      cpus: 2,
      memoryGib: 2,
      disks: disk(20, 7),
      history: labTree(),
    },
  ]
}

/** A trainer's machine: go back, try again, keep everything. */
function labTree(): NonNullable<ScenarioGuest['history']> {
  const take = (name: string, hoursAgo: number) => ({ do: 'take' as const, name, hoursAgo })
  const back = (to: string, hoursAgo: number) => ({ do: 'rollback' as const, to, hoursAgo })
  return [
    take('installed', 1500.2),
    take('lesson-1', 1400),
    take('lesson-1-done', 1390),
    back('lesson-1', 1300),
    take('lesson-1-retry', 1290),
    take('lesson-1-retry-done', 1280),
    back('installed', 1100),
    take('lesson-2', 1000),
    take('group-a', 950),
    take('group-a-done', 940),
    back('lesson-2', 930),
    take('group-b', 920),
    back('lesson-2', 910),
    take('group-c', 900),
    take('group-c-done', 890),
    back('lesson-2', 400),
    take('lesson-3', 300),
  ]
}

/** kvm-edge-07 as it last was: nine guests in a branch office. */
export function edgeDemo(anchorMillis: number): Scenario {
  return {
    kind: 'libvirt',
    product: 'libvirt with QEMU 7.2.13',
    version: '9.0.0',
    node: 'kvm-edge-07',
    address: 'qemu+ssh://snapwarden@kvm-edge-07.example.cn/system',
    storages: [
      {
        name: 'qcow2',
        node: 'kvm-edge-07',
        type: 'dir',
        path: IMAGES,
        capacityGib: 1862,
        usedGib: 1292,
        style: 'internal',
      },
    ],
    guests: ordinaryGuests({
      count: 9,
      nodes: ['kvm-edge-07'],
      storages: [{ name: 'qcow2', format: 'qcow2', snapshots: true }],
      target: 'vda',
      anchorMillis,
      random: seededRandom(77),
    }),
  }
}
