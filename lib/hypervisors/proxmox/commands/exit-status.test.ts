/** Ends of tasks, as a real server recorded them. */
import { describe, expect, it } from 'vitest'
import { type Exchange, recordedExchanges } from '../../../../e2e/labs/proxmox/replay'
import { beginningOf, endOf, isFileLockText, percentIn } from './exit-status'

const recorded = new Map(recordedExchanges().map((exchange) => [exchange.seq, exchange]))

function dataOf(seq: number): unknown {
  const exchange: Exchange | undefined = recorded.get(seq)
  if (exchange === undefined) throw new Error(`no recording ${seq}`)
  const { body } = exchange.response
  return (typeof body === 'string' ? (JSON.parse(body) as { data: unknown }) : (body as { data: unknown })).data
}
const exitOf = (seq: number): string => (dataOf(seq) as { exitstatus: string }).exitstatus
const linesOf = (seq: number): string[] =>
  (dataOf(seq) as { n: number; t: string }[]).sort((a, b) => a.n - b.n).map(({ t }) => t)

describe('recorded ends', () => {
  it.each([
    [69, 70, { ended: 'succeeded', warnings: [] }],
    [250, 251, { ended: 'succeeded', warnings: ["Interface 'tap101i0' not attached to any bridge."] }],
    [
      342,
      343,
      {
        ended: 'succeeded',
        warnings: ['skipping guest filesystem freeze - agent configured but not running?'],
      },
    ],
    [110, 111, failed({ code: 'already-exists', what: 'snapshot', name: 'state_a' })],
    [114, 115, failed({ code: 'missing', what: 'snapshot', name: 'nope_x' })],
    [117, 118, failed({ code: 'missing', what: 'snapshot', name: 'nope_x' })],
    [129, 130, failed({ code: 'task-failed', text: 'snapshot feature is not available' })],
    [149, 150, failed({ code: 'guest-locked', lock: 'backup', text: 'backup' })],
    [165, 166, failed({ code: 'guest-locked', lock: 'snapshot', text: 'snapshot-delete' })],
    [176, 177, failed({ code: 'guest-locked', lock: 'snapshot', text: 'rollback' })],
    [187, 188, failed({ code: 'guest-locked', lock: 'migrate', text: 'migrate' })],
    [408, 409, failed({ code: 'guest-locked', lock: 'backup', text: 'backup' })],
    [674, 675, failed({ code: 'guest-busy', task: 'qm cleanup' })],
  ])('%i', (status, log, end) => {
    expect(endOf(exitOf(status), linesOf(log))).toMatchObject(end)
  })

  it('a process that died without a word leaves the end to the guest', () => {
    expect(endOf('unexpected status', [])).toEqual({
      ended: 'lost',
      why: { code: 'task-failed', text: 'unexpected status' },
    })
  })

  it('the text of a failure is kept beside its reason', () => {
    expect(endOf(exitOf(149), linesOf(150))).toMatchObject({ native: 'VM is locked (backup)' })
  })
})

function failed(why: object) {
  return { ended: 'failed', why }
}

describe('a worker that waits for the file lock', () => {
  it.each([
    [291, 'gave-up'],
    [293, 'gave-up'],
    [675, 'gave-up'],
    // It waited, and got it.
    [204, 'begun'],
    [70, 'begun'],
    [217, 'begun'],
    // Nothing yet, which is answered with a line all the same.
    [319, 'silent'],
  ])('%i: %s', (log, beginning) => {
    expect(beginningOf(linesOf(log))).toBe(beginning)
  })

  it('is told by that sentence alone', () => {
    expect(isFileLockText(exitOf(290))).toBe(true)
    expect(isFileLockText(exitOf(149))).toBe(false)
    expect(isFileLockText("can't lock file '/var/lock/pve-manager/pve-storage-dir1' - got timeout")).toBe(false)
    expect(beginningOf(['trying to acquire lock...'])).toBe('waiting')
    // It came further than the lock: that is no proof that nothing began.
    const further = ["snapshotting 'drive-scsi0'", 'trying to acquire lock...', `TASK ERROR: ${exitOf(290)}`]
    expect(beginningOf(further)).toBe('begun')
  })
})

it('reads how far a task is, where its log tells', () => {
  expect(percentIn('drive-scsi0: transferred 16.0 MiB of 64.0 MiB (25.00%) in 1s')).toBe(25)
  expect(percentIn('Rolling back to snapshot: 27% complete...')).toBe(27)
  expect(percentIn('completed saving the VM state in 0s, saved 95.22 MiB')).toBeNull()
  expect(percentIn('load is 250%')).toBeNull()
})
