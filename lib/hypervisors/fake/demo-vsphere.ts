/** The demo's vCenter: VMFS datastores, delta disks, the deep and branched tree of the web server. */
import { ordinaryGuests, stamp } from './demo-guests'
import { seededRandom } from './random'
import type { Scenario, ScenarioGuest } from './scenario'

const NODES = ['esx-bj-01', 'esx-bj-02', 'esx-bj-03', 'esx-bj-04'] as const

/** vcenter-bj as it is at the anchor. */
export function vsphereDemo(anchorMillis: number): Scenario {
  return {
    kind: 'vsphere',
    product: 'VMware vCenter Server',
    version: '8.0.3',
    node: 'vcenter-bj',
    address: 'https://vcenter-bj.example.cn/sdk',
    storages: [
      {
        name: 'datastore1',
        id: 'datastore-21',
        node: 'vcenter-bj',
        type: 'VMFS 6',
        capacityGib: 12_288,
        usedGib: 10_825,
        style: 'external',
        strays: [
          { name: 'erp-app-01/erp-app-01-000003.vmdk', role: 'orphan', format: 'vmdk', gib: 41.5 },
          { name: 'erp-app-01/erp-app-01-000004.vmdk', role: 'orphan', format: 'vmdk', gib: 33.2 },
          { name: 'crm-old/crm-old-000001.vmdk', role: 'orphan', format: 'vmdk', gib: 21.3 },
          { name: 'ISO/debian-12.8.0-amd64-netinst.iso', role: 'iso', format: 'iso', gib: 0.63 },
        ],
      },
      {
        name: 'datastore2',
        id: 'datastore-22',
        node: 'vcenter-bj',
        type: 'VMFS 6',
        capacityGib: 24_576,
        usedGib: 15_155,
        style: 'external',
      },
      {
        name: 'ds-archive',
        id: 'datastore-23',
        node: 'vcenter-bj',
        type: 'NFS',
        capacityGib: 8192,
        usedGib: 3110,
        style: 'external',
      },
    ],
    guests: [
      webServer(anchorMillis),
      ...databases(anchorMillis),
      ...ordinaryGuests({
        count: 58,
        nodes: NODES,
        storages: [
          { name: 'datastore-22', format: 'vmdk', snapshots: true },
          { name: 'datastore-22', format: 'vmdk', snapshots: true },
          { name: 'datastore-23', format: 'vmdk', snapshots: false },
        ],
        target: 'Hard disk 1',
        anchorMillis,
        random: seededRandom(2101),
      }),
    ],
  }
}

/** Five layers deep, a branch with memory beside, and a newer configuration than the snapshot before the update. */
function webServer(anchorMillis: number): ScenarioGuest {
  const name = (kind: string, hoursAgo: number, purpose: string) =>
    `WebServer_${kind}_${stamp(anchorMillis, hoursAgo)}_${purpose}`
  const beforeTls = name('Disk', 43.5, 'BeforeTLSRotation')
  return {
    name: 'WebServer',
    node: 'esx-bj-03',
    tags: ['prod'],
    cpus: 6,
    memoryGib: 12,
    firmware: 'uefi',
    agent: 'connected',
    description: 'Public web front end. Owner Chen Hao.',
    configuration: { 'net0.vlan': '30 (dmz-old)', 'net0.type': 'vmxnet3' },
    disks: [
      { target: 'Hard disk 1', storage: 'datastore-21', format: 'vmdk', gib: 120, usedGib: 74 },
      { target: 'Hard disk 2', storage: 'datastore-21', format: 'vmdk', gib: 200, usedGib: 148 },
      { target: 'Hard disk 3', storage: 'datastore-21', format: 'vmdk', gib: 100, usedGib: 46 },
    ],
    history: [
      { do: 'take', name: name('Disk', 1207.8, 'GoldenBaseline'), hoursAgo: 1207.8, consistency: 'filesystem' },
      { do: 'write', gib: 44.1, disk: 'Hard disk 2' },
      { do: 'write', gib: 20.2, disk: 'Hard disk 3' },
      {
        do: 'take',
        name: beforeTls,
        hoursAgo: 43.5,
        consistency: 'crash',
        description: 'Before the certificates change.',
      },
      { do: 'write', gib: 19.7, disk: 'Hard disk 2' },
      {
        do: 'take',
        name: name('Full', 30.6, 'TestNginx127'),
        hoursAgo: 30.6,
        memory: true,
        memoryGib: 9.3,
        consistency: 'crash',
      },
      { do: 'write', gib: 22.4, disk: 'Hard disk 2' },
      { do: 'take', name: name('Disk', 25.2, 'NginxTuned'), hoursAgo: 25.2, consistency: 'crash' },
      { do: 'write', gib: 1.2, disk: 'Hard disk 1' },
      { do: 'rollback', to: beforeTls, hoursAgo: 20.1 },
      { do: 'power', to: 'running' },
      { do: 'write', gib: 18.5, disk: 'Hard disk 2' },
      { do: 'take', name: name('Disk', 8.45, 'AfterTLSRotation'), hoursAgo: 8.45, consistency: 'filesystem' },
      { do: 'write', gib: 17.9, disk: 'Hard disk 2' },
      {
        do: 'take',
        name: name('Disk', 3.2, 'BeforeUpdate'),
        hoursAgo: 3.2,
        consistency: 'application',
        description: 'Before nginx 1.27.1 and OpenSSL 3.0.17. Change CHG-20831.',
      },
      { do: 'write', gib: 9.8, disk: 'Hard disk 1' },
      { do: 'edit', cpus: 8, memoryGib: 16, set: { 'net0.vlan': '40 (dmz-web)' } },
      {
        do: 'take',
        name: name('Mem', 2.5, 'MidUpdate'),
        hoursAgo: 2.5,
        memory: true,
        memoryGib: 9.5,
        consistency: 'crash',
      },
      { do: 'write', gib: 15.1, disk: 'Hard disk 2' },
      { do: 'write', gib: 3.5, disk: 'Hard disk 1' },
    ],
  }
}

function databases(anchorMillis: number): ScenarioGuest[] {
  const on = (gib: number, usedGib: number) => [
    { target: 'Hard disk 1', storage: 'datastore-21', format: 'vmdk', gib, usedGib },
  ]
  const vm = (name: string, node: string, rest: Omit<ScenarioGuest, 'name' | 'node'>): ScenarioGuest => ({
    name,
    node,
    agent: 'connected',
    firmware: 'uefi',
    ...rest,
  })
  return [
    vm('mssql-fin-01', 'esx-bj-01', {
      tags: ['prod'],
      cpus: 16,
      memoryGib: 128,
      description: 'Finance database. Owner Zhao Min.',
      disks: on(2560, 2150),
      history: [
        { do: 'take', name: 'pre-quarter-close', hoursAgo: 1940.56, consistency: 'unknown', description: '季度结账前' },
        { do: 'write', gib: 214 },
        { do: 'take', name: 'before-CU12', hoursAgo: 512.86, consistency: 'application' },
        { do: 'write', gib: 121 },
        { do: 'take', name: 'before-index-rebuild', hoursAgo: 75.26, consistency: 'crash' },
        { do: 'write', gib: 61 },
      ],
    }),
    vm('OrdersDB-prod', 'esx-bj-02', {
      tags: ['prod'],
      cpus: 8,
      memoryGib: 64,
      disks: on(600, 388),
      history: [
        {
          do: 'take',
          name: `OrdersDB_${stamp(anchorMillis, 26.82)}_BeforeSchemaChange`,
          hoursAgo: 26.82,
          consistency: 'application',
        },
        { do: 'write', gib: 57.2 },
      ],
    }),
    vm('erp-app-02', 'esx-bj-03', {
      tags: ['prod'],
      cpus: 8,
      memoryGib: 32,
      disks: on(1400, 1180),
      history: ['before-patch-1', 'before-patch-2', 'before-patch-3', 'before-patch-4'].flatMap((name, index) => [
        { do: 'take' as const, name, hoursAgo: 400.36 - index * 96, consistency: 'crash' as const },
        { do: 'write' as const, gib: 22 + index * 5 },
      ]),
    }),
    vm('exchange-01', 'esx-bj-01', {
      tags: ['prod'],
      cpus: 12,
      memoryGib: 96,
      disks: on(2200, 1830),
      history: [
        { do: 'take', name: 'before-CU14', hoursAgo: 196.53, consistency: 'filesystem' },
        { do: 'write', gib: 182 },
      ],
    }),
    vm('file-srv-01', 'esx-bj-04', {
      tags: ['prod'],
      cpus: 4,
      memoryGib: 16,
      disks: on(2048, 1600),
      history: [
        { do: 'take', name: 'snap', hoursAgo: 2160.97, consistency: 'unknown' },
        { do: 'write', gib: 260 },
        { do: 'take', name: 'snap', hoursAgo: 340.41, consistency: 'unknown' },
        { do: 'write', gib: 51 },
      ],
    }),
    vm('sap-dev-01', 'esx-bj-04', {
      tags: ['dev'],
      cpus: 8,
      memoryGib: 64,
      disks: on(900, 700),
      history: [
        { do: 'take', name: 'kernel-upgrade', hoursAgo: 130.14, memory: true, memoryGib: 48, consistency: 'crash' },
        { do: 'write', gib: 236 },
      ],
    }),
    vm('crm-db-01', 'esx-bj-02', {
      tags: ['prod'],
      cpus: 8,
      memoryGib: 48,
      disks: on(700, 540),
      history: [
        { do: 'take', name: 'pre-migration', hoursAgo: 88.62, consistency: 'application' },
        { do: 'write', gib: 190 },
      ],
    }),
    vm('考勤系统', 'esx-bj-04', {
      tags: ['prod'],
      cpus: 4,
      memoryGib: 8,
      description: '人事部考勤，联系人 王芳',
      disks: on(160, 96),
      history: [
        { do: 'take', name: '升级前', hoursAgo: 51.28, consistency: 'crash', description: '升级到 5.2 之前' },
        { do: 'write', gib: 6.4 },
      ],
    }),
  ]
}
