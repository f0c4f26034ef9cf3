/** What people read on a terminal of the ends that are not well, and the commands they are given to copy. */
import { describe, expect, it } from 'vitest'
import { asId, type GuestId, type SnapshotId } from '@/lib/domain/ids'
import type { Intent } from '@/lib/domain/plan'
import type { ProgramOperation } from './backend'
import { planCommandLine } from './intent-command'
import { eventLines, showEnd } from './show-operation'
import { placeText } from './words'

const AT = '2026-11-28T03:00:00.000Z'
const guestId = asId<GuestId>('g1')
const snapshotId = asId<SnapshotId>('s 1')
const given = { words: [], flags: { data: '/srv/snap warden' } }

const operation = (changes: Partial<ProgramOperation>): ProgramOperation => ({
  id: 'o1',
  planId: 'p1',
  parentId: null,
  kind: 'rollback',
  guestId,
  guestName: 'db01',
  connectionId: 'c1',
  state: 'needs-attention',
  why: null,
  askedBy: 'user:lin@example.cn',
  proposedBy: 'user:lin@example.cn',
  createdAt: AT,
  startedAt: AT,
  finishedAt: '2026-11-28T03:01:30.000Z',
  cancelRequestedAt: null,
  intent: { do: 'rollback', guestId, snapshotId },
  steps: [],
  predicted: null,
  actual: null,
  predictedMatches: null,
  spacePredicted: [],
  spaceActual: [],
  attention: null,
  verifications: [],
  operations: [],
  ...changes,
})

function endOf(changes: Partial<ProgramOperation>): string {
  let told = ''
  const out = (text: string) => {
    told += text
  }
  showEnd({ out, err: out }, operation(changes), given)
  return told
}

describe('the end of an operation', () => {
  it('offers what is safe after a half-done rollback, each as a command, and never a start', () => {
    const moves = [
      { move: 'wait-for-unlock' },
      { move: 'run-on-node', command: 'qm unlock 102' },
      { move: 'propose', intent: { do: 'rollback', guestId, snapshotId, safetySnapshot: false } },
      { move: 'look-again' },
      { move: 'restore-backup' },
    ]
    const told = endOf({ attention: { why: { code: 'unsure' }, evidence: {}, moves } })
    expect(told).toContain('    qm unlock 102\n')
    expect(told).toContain('  Finish the same rollback:\n')
    expect(told).toContain("    snapwarden plan rollback g1 's 1' --safety no --data '/srv/snap warden'\n")
    expect(told).toContain("    snapwarden look-again o1 --data '/srv/snap warden'\n")
    expect(told).toContain('Restore a backup. Disks may stand at two points in time.')
    expect(told).toContain('Took 1 min 30 s\n')
    expect(told).not.toMatch(/qm start|\u00a0/)
  })

  it('says what differs from the prediction, and that a place is not told', () => {
    const predicted = {
      snapshots: [{ name: 'a', parentName: null }],
      currentParentName: 'a',
      power: 'running',
    } as const
    const actual = { snapshots: [], currentParentName: null, currentUnknown: true, power: 'stopped' } as const
    const told = endOf({
      predicted: { ...predicted, snapshots: [...predicted.snapshots] },
      actual: { ...actual, snapshots: [] },
      predictedMatches: false,
      spacePredicted: [
        {
          storageId: 'st',
          storageName: 'images',
          peak: { min: 0, max: 0 },
          frees: { min: 0, max: null },
          insideImages: { min: 0, max: 0 },
        },
      ],
      spaceActual: [{ storageId: 'st', peakBytes: null, freedBytes: -5 * 1024 ** 2 }],
    })
    expect(told).toContain('Listed now: db01 at a place that is not told, off, not as predicted\n')
    expect(told).toContain('Predicted: on a, running\n')
    expect(told).toContain('Snapshots missing: a\n')
    expect(told).toContain('Freed on images: 5 MiB more used (predicted: not known)\n')
  })

  it('lists what became of each guest of a batch', () => {
    const { steps: _steps, ...row } = operation({ id: 'o2', state: 'failed', why: { code: 'no-quorum' } })
    const child = { ...row, stepsOver: 0, stepsTotal: 1, children: null }
    expect(endOf({ operations: [child] })).toMatch(/^db01 +Failed +o2 +The cluster has no quorum/m)
  })
})

it('names steps by what they do and their place, and why one failed', () => {
  const step = {
    key: 'db01/1-delete-a',
    do: 'guest.unlock',
    command: { do: 'guest.unlock', guest: { name: 'db01\u001b[2J' } },
    state: 'failed' as const,
    askedAt: null,
    finishedAt: null,
    progress: null,
    why: null,
    warnings: [],
    safeStop: true,
  }
  const lineOf = eventLines(operation({ steps: [step] }))
  const event = { seq: 1, at: AT, event: 'step', key: step.key, state: 'failed', why: { code: 'no-quorum' } } as const
  expect(lineOf(event)).toMatch(
    /^2026-11-28T03:00:00Z {2}1\/1 Unlock db01\\x1b\[2J: failed\. The cluster has no quorum/,
  )
})

describe('a place', () => {
  it.each([
    [{ snapshots: [], currentParentName: null, power: 'stopped' } as const, 'without a snapshot, off'],
    [
      { snapshots: [{ name: 'a', parentName: null }], currentParentName: null, power: 'paused' } as const,
      'on the base disk, paused',
    ],
  ])('%o reads %s', (predicted, text) => {
    expect(placeText({ ...predicted, snapshots: [...predicted.snapshots] })).toBe(text)
  })
})

describe('a plan as a command', () => {
  it.each<[Intent, string]>([
    [
      { do: 'delete', guestId, snapshotIds: [snapshotId], children: 'delete', override: ['chain-depth'] },
      "snapwarden plan delete g1 's 1' --children delete --override chain-depth --data '/srv/snap warden'",
    ],
    [
      { do: 'take', guestId, memory: true, quiesce: false, purpose: "Lin's" },
      "snapwarden plan take g1 --memory --purpose 'Lin'\\''s' --data '/srv/snap warden'",
    ],
    [
      { do: 'merge', guestId, disk: 'vda', direction: 'pull' },
      "snapwarden plan merge g1 --disk vda --direction pull --data '/srv/snap warden'",
    ],
    [
      { do: 'rollback', guestId, snapshotId, deleteNewer: true },
      `echo '{"do":"rollback","guestId":"g1","snapshotId":"s 1","deleteNewer":true}' | snapwarden plan --file - --data '/srv/snap warden'`,
    ],
  ])('%o', (intent, line) => {
    expect(planCommandLine(intent, given)).toBe(line)
  })
})
