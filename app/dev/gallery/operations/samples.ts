/** One story, as the design tells it: WebServer on datastore1, Sunday 31 August 2025. */
import {
  asId,
  type ConnectionId,
  type GuestId,
  type OperationId,
  type PlanId,
  type SnapshotId,
  type StorageId,
} from '@/lib/domain/ids'
import type { OperationStep, OperationView } from '@/lib/domain/operation'
import type { Check, CheckId, Plan, PlanPart, Step } from '@/lib/domain/plan'
import { GIB, instantAt, KIB, MINUTE, SECOND, TIB } from '@/lib/domain/units'
import type { GuestDetail, SnapshotView, StorageRow } from '@/lib/domain/view'

const NOW = Date.now()
const ago = (minutes: number) => instantAt(NOW - minutes * MINUTE)
const guestId = asId<GuestId>('guest-1')
const connectionId = asId<ConnectionId>('connection-1')
const guestRef = { nativeId: '101', name: 'WebServer', node: 'kvm-bj-03' }

const check = (id: CheckId, verdict: Check['verdict'], more: Partial<Check> = {}): Check => ({
  id,
  guestId,
  verdict,
  by: verdict === 'block' || verdict === 'unknown' ? 'guard' : null,
  evidence: {},
  overridden: false,
  ...more,
})

const step = (key: string, command: Step['command'], more: Partial<Step> = {}): Step => ({
  key,
  guestId,
  connectionId,
  command,
  before: { holds: 'guest-is', birthMark: null },
  after: { holds: 'always' },
  proof: 'state',
  undo: 'none',
  onFail: 'stop',
  storages: [],
  moves: null,
  safeStop: true,
  ...more,
})

const SAFETY = 'WebServer_Mem_20250831_1744_BeforeRollback'
const TARGET = 'WebServer_Disk_20250831_1430_BeforeUpdate'

const rollbackSteps: Step[] = [
  step('web/1-safety', {
    do: 'snapshot.take',
    guest: guestRef,
    name: SAFETY,
    description: '',
    memory: 'saved',
    memoryFile: null,
    quiesce: false,
    disks: [],
  }),
  step('web/2-shutdown', { do: 'guest.power', guest: guestRef, to: 'shutdown', timeLimitMillis: 3 * MINUTE }),
  step(
    'web/3-rollback',
    {
      do: 'snapshot.rollback',
      guest: guestRef,
      snapshot: { guest: guestRef, nativeId: TARGET, name: TARGET },
      powerAfter: 'as-saved',
      force: false,
    },
    { proof: 'act', undo: 'web/1-safety', safeStop: false },
  ),
  step('web/4-start', { do: 'guest.power', guest: guestRef, to: 'on', timeLimitMillis: 0 }),
]

const part: PlanPart = {
  guestId,
  guestName: 'WebServer',
  connectionId,
  guestFingerprint: 'f',
  intent: { do: 'rollback', guestId, snapshotId: asId<SnapshotId>('snapshot-2') },
  stepKeys: rollbackSteps.map(({ key }) => key),
  predicted: {
    snapshots: [TARGET, 'MidUpdate', SAFETY].map((name) => ({ name, parentName: null })),
    currentParentName: TARGET,
    power: 'running',
  },
  safetySnapshot: SAFETY,
  consistency: null,
}

export const rollbackPlan: Plan = {
  version: 1,
  id: asId<PlanId>('plan-1'),
  intent: part.intent,
  parts: [part],
  steps: rollbackSteps,
  checks: [
    check('memory-compatible', 'warn'),
    check('newest-only', 'pass'),
    check('backup-checkpoint', 'warn', { evidence: { lastBackup: ago(9 * 24 * 60) } }),
    check('firmware-state', 'warn'),
    ...(['reachable', 'permitted', 'guest-not-locked', 'space-for-plan', 'no-task-running', 'same-guest'] as const).map(
      (id) => check(id, 'pass'),
    ),
  ],
  losses: [
    { kind: 'writes-since', guestId, name: 'BeforeUpdate', bytes: { min: 0, max: 24.9 * GIB }, detail: {} },
    { kind: 'memory', guestId, name: '', bytes: { min: 16 * GIB, max: 16 * GIB }, detail: {} },
    { kind: 'configuration', guestId, name: 'cpus, memory, net0', bytes: null, detail: {} },
  ],
  merges: [],
  keeps: [
    { guestId, kind: 'snapshot', name: 'a' },
    { guestId, kind: 'snapshot', name: 'b' },
    { guestId, kind: 'snapshot', name: 'c' },
    { guestId, kind: 'side-branch', name: 'MidUpdate' },
  ],
  space: [
    {
      storageId: asId<StorageId>('storage-1'),
      storageName: 'datastore1',
      peak: { min: 16.6 * GIB, max: 16.6 * GIB },
      frees: { min: 0, max: 0 },
      insideImages: { min: 0, max: 0 },
      bound: 'told',
    },
  ],
  time: { min: 2 * MINUTE, max: 2 * MINUTE },
  downtime: 'off',
  consent: 'type-name',
  consentText: 'WebServer',
  predicted: part.predicted,
  digest: 'd',
  madeAt: instantAt(NOW - 8 * SECOND),
  validUntil: instantAt(NOW + 10 * MINUTE),
}

const NAMES = ['NginxTuned', 'TestNginx127', 'BeforeTLSRotation', 'BeforePatch', 'PreCU14', 'BeforeReindex']
const GUESTS = ['WebServer', 'WebServer', 'WebServer', 'erp-app-02', 'mssql-fin-01', 'mssql-fin-01']

export const deletePlan: Plan = {
  ...rollbackPlan,
  id: asId<PlanId>('plan-2'),
  intent: { do: 'batch', intents: [], onFailure: 'continue' },
  parts: ['WebServer', 'erp-app-02', 'mssql-fin-01'].map((name) => ({
    ...part,
    guestId: asId<GuestId>(name),
    guestName: name,
    safetySnapshot: null,
    intent: {
      do: 'delete' as const,
      guestId: asId<GuestId>(name),
      snapshotIds: [asId<SnapshotId>(`${name}-1`), asId<SnapshotId>(`${name}-2`)],
      children: 'keep' as const,
    },
  })),
  steps: NAMES.map((name, index) =>
    step(
      `d/${index}`,
      {
        do: 'snapshot.delete',
        guest: { ...guestRef, name: GUESTS[index] ?? '' },
        snapshot: { guest: guestRef, nativeId: name, name: `${GUESTS[index]}_20250830_1630_${name}` },
        children: 'keep',
        how: 'whole',
      },
      { guestId: asId<GuestId>(GUESTS[index] ?? '') },
    ),
  ),
  checks: [check('space-for-plan', 'warn'), check('not-held', 'pass'), check('base-not-shared', 'pass')],
  losses: NAMES.map((name) => ({ kind: 'way-back' as const, guestId, name, bytes: null, detail: {} })),
  merges: [
    { guestId, disk: 'vda', layers: ['a', 'b'], into: '/pool/GoldenBaseline.qcow2', direction: 'commit' },
    { guestId, disk: 'vdb', layers: ['a'], into: '/pool/base.qcow2', direction: 'commit' },
  ],
  keeps: ['WebServer', 'erp-app-02', 'mssql-fin-01'].map((name) => ({
    guestId: asId<GuestId>(name),
    kind: 'current-data' as const,
    name,
  })),
  space: [
    {
      storageId: asId<StorageId>('storage-1'),
      storageName: 'datastore1',
      peak: { min: 300 * GIB, max: 376.8 * GIB },
      frees: { min: 484 * GIB, max: 500 * GIB },
      insideImages: { min: 0, max: 0 },
      bound: 'told',
    },
  ],
  time: { min: 50 * MINUTE, max: 68 * MINUTE },
  downtime: 'none',
  consentText: '6 snapshots',
}

export const storage: StorageRow = {
  id: asId<StorageId>('storage-1'),
  name: 'datastore1',
  connectionId,
  connectionName: 'kvm-bj',
  connectionKind: 'libvirt',
  demo: false,
  node: 'kvm-bj-03',
  type: 'dir',
  active: true,
  path: '/pool',
  capacityBytes: 12 * TIB,
  usedBytes: 10.57 * TIB,
  availableBytes: 1.43 * TIB,
  provisionedBytes: null,
  usableBytes: null,
  metadataRatio: null,
  inodes: null,
  snapshotBytes: 1.94 * TIB,
  snapshotConfidence: 'exact',
  orphanCount: 0,
  orphanBytes: 0,
  source: 'libvirt-pool',
  outlook: null,
  collectedAt: ago(2),
  stale: false,
}

const snapshot = (id: string, name: string, minutes: number): SnapshotView => ({
  id: asId<SnapshotId>(id),
  parentId: null,
  held: false,
  hold: null,
  note: null,
  nativeId: name,
  name,
  parent: null,
  parentMissing: null,
  createdAt: ago(minutes),
  description: '',
  memory: 'none',
  powerThen: 'running',
  consistency: 'crash',
  kind: 'internal',
  unmanaged: false,
  incomplete: false,
  disks: [],
  memoryFile: null,
  size: { bytes: 300 * KIB, confidence: 'exact', source: 'overlay-allocation' },
})

export const snapshots = [snapshot('snapshot-2', TARGET, 192), snapshot('snapshot-3', 'MidUpdate', 152)]
export const guest = { id: guestId, name: 'WebServer', snapshots } as unknown as GuestDetail

const operationStep = (
  index: number,
  state: OperationStep['state'],
  more: Partial<OperationStep> = {},
): OperationStep => {
  const base = rollbackSteps[index] as Step
  return {
    key: base.key,
    command: base.command,
    before: base.before,
    after: base.after,
    state,
    task: null,
    askedAt: null,
    finishedAt: null,
    progress: null,
    why: null,
    warnings: [],
    safeStop: base.safeStop,
    ...more,
  }
}

const at = (seconds: number) => instantAt(NOW - 100 * SECOND + seconds * SECOND)

export const running: OperationView = {
  id: asId<OperationId>('0198f0a2-31c7-7c1e-9d5e-0147aa55ee01'),
  planId: rollbackPlan.id,
  parentId: null,
  connectionId,
  guestId: null,
  guestName: 'WebServer',
  intent: part.intent,
  state: 'running',
  steps: [
    operationStep(0, 'done', { askedAt: at(0), finishedAt: at(41) }),
    operationStep(1, 'done', { askedAt: at(42), finishedAt: at(80) }),
    operationStep(2, 'following', { askedAt: at(81), progress: { done: 64, total: null, unit: 'percent' } }),
    operationStep(3, 'waiting'),
  ],
  predicted: part.predicted,
  actual: null,
  predictedMatches: null,
  spacePredicted: rollbackPlan.space,
  spaceActual: [],
  attention: null,
  why: null,
  verifications: [],
  proposedBy: 'lin.yue@example.cn',
  askedBy: 'lin.yue@example.cn',
  createdAt: at(-2),
  startedAt: at(-1),
  finishedAt: null,
  cancelRequestedBy: null,
  cancelRequestedAt: null,
  connectionName: 'kvm-bj',
  children: [],
  log: [
    { seq: 1, at: at(-1), event: 'state', state: 'running' },
    { seq: 2, at: at(0), event: 'step', key: 'web/1-safety', state: 'asking', why: null },
    { seq: 3, at: at(41), event: 'log', key: 'web/1-safety', line: `${SAFETY} created, 16.6 GiB, checked readable` },
    { seq: 4, at: at(41), event: 'step', key: 'web/1-safety', state: 'done', why: null },
    { seq: 5, at: at(80), event: 'log', key: 'web/2-shutdown', line: 'Guest is off. 38 s, clean' },
    { seq: 6, at: at(81), event: 'step', key: 'web/3-rollback', state: 'following', why: null },
    {
      seq: 7,
      at: at(90),
      event: 'log',
      key: 'web/3-rollback',
      line: 'vda writes to WebServer-000009.qcow2, parent 000004',
    },
  ],
}

export const succeeded: OperationView = {
  ...running,
  state: 'succeeded',
  steps: [0, 1, 2, 3].map((index) =>
    operationStep(index, 'done', { askedAt: at(index * 20), finishedAt: at(index * 20 + 15) }),
  ),
  actual: part.predicted,
  predictedMatches: true,
  spaceActual: [{ storageId: asId<StorageId>('storage-1'), peakBytes: 16.5 * GIB, freedBytes: 0 }],
  finishedAt: at(90),
  verifications: [
    { what: 'power', text: 'on kvm-bj-03', result: 'pass', at: at(91), by: null },
    { what: 'chain', text: '2 of 2 disks at the BeforeUpdate files', result: 'pass', at: at(91), by: null },
    { what: 'configuration', text: '6 vCPU, 12 GiB, VLAN 30', result: 'pass', at: at(92), by: null },
    { what: 'agent', text: '10.20.30.41 after 22 s', result: 'pass', at: at(92), by: null },
    { what: 'probe', text: 'https://shop.example.cn/healthz 503 in 212 ms', result: 'fail', at: at(93), by: null },
  ],
}

export const attention: OperationView = {
  ...running,
  state: 'needs-attention',
  steps: running.steps.map((each, index) => (index === 2 ? { ...each, state: 'unsure' as const } : each)),
  finishedAt: at(95),
  attention: {
    why: { code: 'unsure', asked: 'snapshot.rollback' },
    evidence: { snapshot: TARGET, storage: 'datastore1' },
    moves: [
      { move: 'look-again' },
      { move: 'propose', intent: { do: 'rollback', guestId, snapshotId: asId<SnapshotId>('snapshot-2') } },
      { move: 'run-on-node', command: 'qm unlock 101' },
      { move: 'restore-backup' },
    ],
  },
}
