/** Changing the laboratory over the wire, on good days and bad ones. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Command, TaskEnd, TaskRef, TaskUpdate } from '@/lib/domain/command'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { makeNodeCertificate } from '../../../../e2e/labs/proxmox/certificate'
import { recordedServer } from '../../../../e2e/labs/proxmox/inventory'
import { holdFileLock } from '../../../../e2e/labs/proxmox/power'
import type { Guest } from '../../../../e2e/labs/proxmox/state'
import type { ProxmoxCredentials } from '../../credentials'
import { HASTY, startTestLab, type TestLab, tokenOf } from '../testing/lab'
import { ProxmoxCommands } from './commands'
import type { CommandPatience } from './patience'

// Everything takes milliseconds here, on a machine that has them.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const never = new AbortController().signal
let lab: TestLab
let commands: ProxmoxCommands

/** The commands of one more process, in somebody's name. */
function open(login: ProxmoxCredentials = tokenOf('root@pam!lab'), patience: Partial<CommandPatience> = {}) {
  const client = lab.client({ credentials: login })
  return new ProxmoxCommands({ client, login, now: lab.clock.now, patience: { ...HASTY, ...patience } })
}

beforeEach(async () => {
  lab = await startTestLab(recordedServer, 'kept')
  commands = open()
})
afterEach(() => lab.close())

function guest(vmid: number): Guest {
  const found = lab.cluster.state.guests.get(vmid)
  if (found === undefined) throw new Error(`no guest ${vmid}`)
  return found
}

const ref = (vmid: number) => ({ nativeId: String(vmid), name: `g${vmid}`, node: 'pve1' })
const snapshotOf = (vmid: number, name: string) => ({ guest: ref(vmid), nativeId: name, name })
const take = (vmid: number, name: string, over: Partial<Extract<Command, { do: 'snapshot.take' }>> = {}): Command => ({
  do: 'snapshot.take',
  guest: ref(vmid),
  name,
  description: '',
  memory: 'none',
  memoryFile: null,
  quiesce: false,
  disks: [{ target: 'scsi0', mode: 'native' }],
  ...over,
})
const remove = (vmid: number, name: string, how: 'whole' | 'entry' = 'whole'): Command => ({
  do: 'snapshot.delete',
  guest: ref(vmid),
  snapshot: snapshotOf(vmid, name),
  children: 'keep',
  how,
})
const rollBack = (vmid: number, name: string, powerAfter: 'as-saved' | 'running' = 'as-saved'): Command => ({
  do: 'snapshot.rollback',
  guest: ref(vmid),
  snapshot: snapshotOf(vmid, name),
  powerAfter,
  force: false,
})
const power = (vmid: number, to: 'on' | 'off' | 'shutdown', timeLimitMillis = 60_000): Command => ({
  do: 'guest.power',
  guest: ref(vmid),
  to,
  timeLimitMillis,
})

async function submitted(command: Command, by = commands): Promise<Extract<TaskRef, { kind: 'proxmox' }>> {
  const asked = await by.submit(command, never)
  if (!asked.ok) throw new Error(JSON.stringify(asked))
  if (asked.value.kind !== 'proxmox') throw new Error(asked.value.kind)
  return asked.value
}

async function followed(task: TaskRef, by = commands): Promise<{ end: TaskEnd; log: string[]; updates: TaskUpdate[] }> {
  const updates: TaskUpdate[] = []
  for await (const update of by.follow(task, AbortSignal.timeout(60_000))) updates.push(update)
  const ends = updates.flatMap((update) => (update.tells === 'end' ? [update.end] : []))
  const [end] = ends
  if (end === undefined || ends.length > 1 || updates.at(-1)?.tells !== 'end') throw new Error(`${ends.length} ends`)
  return { end, updates, log: updates.flatMap((update) => (update.tells === 'log' ? [update.line] : [])) }
}

const done = async (command: Command, by = commands) => followed(await submitted(command, by), by)
const tasksOf = (type: string) => lab.cluster.tasks.all.filter((task) => task.type === type)
const since = (): Instant => instantAt(lab.clock.now())

async function recalled(command: Command, at: Instant, by = commands) {
  const answer = await by.recall(command, at, never)
  if (!answer.ok) throw new Error(JSON.stringify(answer.why))
  return answer.value
}

describe('a change', () => {
  it('is taken, rolled back and deleted, of machines and of containers', async () => {
    for (const vmid of [110, 201]) {
      const before = guest(vmid).config.parent
      expect((await done(take(vmid, 'one'))).end).toEqual({ ended: 'succeeded', warnings: [] })
      expect((await done(take(vmid, 'two'))).end.ended).toBe('succeeded')
      expect((await done(rollBack(vmid, 'one'))).end.ended).toBe('succeeded')
      expect(guest(vmid).config.parent).toBe('one')
      expect((await done(remove(vmid, 'one'))).end.ended).toBe('succeeded')
      expect([...guest(vmid).snapshots.keys()]).not.toContain('one')
      expect(guest(vmid).snapshots.get('two')?.config.parent).toBe(before)
    }
    expect(tasksOf('vzrollback').every(({ authid }) => authid === 'root@pam!lab')).toBe(true)
  })

  it('that memory goes with says so in its log', async () => {
    const { end, log } = await done(take(101, 'ram', { memory: 'saved' }))
    expect(end.ended).toBe('succeeded')
    expect(log.some((line) => line.startsWith('completed saving the VM state'))).toBe(true)
    expect(log.some((line) => line.startsWith('TASK'))).toBe(false)
    expect(guest(101).snapshots.get('ram')?.config.vmstate).toBeDefined()
  })

  it('that could not freeze the guest is a success with a warning', async () => {
    guest(101).freezeFails = true
    guest(101).agentRuns = true
    const { end } = await done(take(101, 'live', { quiesce: true }))
    expect(end).toMatchObject({
      ended: 'succeeded',
      warnings: [expect.stringContaining('guest-fsfreeze-freeze problems')],
    })
  })

  it('fails in its task with the reason, and begins nothing', async () => {
    guest(102).config.lock = 'backup'
    expect((await done(take(102, 'late'))).end).toMatchObject({
      ended: 'failed',
      why: { code: 'guest-locked', lock: 'backup' },
      native: 'VM is locked (backup)',
    })
    expect((await done(take(103, 'raw_disk'))).end).toMatchObject({ why: { code: 'task-failed' } })
    const chained = await done(rollBack(104, 'vc_a'))
    expect(chained.end.ended).toBe('failed')
  })

  it('without quorum fails with that reason, whatever it is, and leaves the guest as it was', async () => {
    lab.cluster.state.clusterName = 'lab'
    lab.cluster.state.quorate = false
    const before = structuredClone(guest(102).config)
    for (const command of [take(102, 'late'), remove(102, 'state_c'), rollBack(102, 'state_a'), power(102, 'on')]) {
      expect((await done(command)).end, command.do).toMatchObject({ ended: 'failed', why: { code: 'no-quorum' } })
    }
    expect(guest(102).config).toEqual(before)
  })

  it('of a guest nobody has is refused', async () => {
    expect(await commands.submit(take(999, 'x1'), never)).toMatchObject({ ok: false, why: { code: 'missing' } })
  })

  it('finds a guest that moved to another node meanwhile', async () => {
    const { state } = lab.cluster
    state.nodes.set('pve4', {
      name: 'pve4',
      reach: 'online',
      ip: '10.0.0.4',
      listed: true,
      bootMs: lab.clock.now() - 1e6,
    })
    await done(take(110, 'here'))
    guest(110).node = 'pve4'
    const task = await submitted(take(110, 'there'))
    expect(task.node).toBe('pve4')
    expect((await followed(task)).end.ended).toBe('succeeded')
    expect(tasksOf('qmsnapshot').filter(({ node }) => node === 'pve4')).toHaveLength(1)
  })
})

describe('a rollback with a start', () => {
  it('ends with the start, a task of its own', async () => {
    await done(take(101, 'warm'))
    const { end } = await done(rollBack(101, 'warm', 'running'))
    // As recorded on this server, every start ends with a warning.
    expect(end).toMatchObject({ ended: 'succeeded', warnings: [expect.stringContaining('not attached to any bridge')] })
    expect(guest(101).runningSinceMs).toBeDefined()
    const [start] = tasksOf('qmstart').slice(-1)
    expect(start).toMatchObject({ authid: 'root@pam!lab', status: 'stopped' })
  })

  it('that did not start is a failure, whoever follows', async () => {
    await done(take(110, 'cold'))
    lab.cluster.faults.onTask({ delayMs: 2_000, failWith: 'no more memory' }, { type: 'qmstart' })
    const task = await submitted(rollBack(110, 'cold', 'running'))
    const { end } = await followed(task, open())
    expect(end).toMatchObject({ ended: 'failed', why: { code: 'task-failed', text: 'no more memory' } })
    expect(guest(110).config.parent).toBe('cold')
  })
})

describe('the file lock that qm cleanup holds', () => {
  it('is waited for, and asked again only because nothing began', async () => {
    guest(110).fileLock = 'qm cleanup'
    const patient = open(tokenOf('root@pam!lab'), { begins: 20_000, fileLock: 20_000 })
    const asking = submitted(take(110, 'quirk'), patient)
    const gaveUp = () => tasksOf('qmsnapshot').some(({ status }) => status === 'stopped')
    await expect.poll(gaveUp, { interval: 1, timeout: 60_000 }).toBe(true)
    guest(110).fileLock = undefined
    const task = await asking
    expect((await followed(task)).end.ended).toBe('succeeded')
    const tasks = tasksOf('qmsnapshot')
    expect(tasks.length).toBeGreaterThan(1)
    expect(tasks.filter(({ exitstatus }) => exitstatus === 'OK').map(({ upid }) => upid)).toEqual([task.upid])
    expect([...guest(110).snapshots.keys()]).toEqual(['quirk'])
  })

  it('keeps tags from being put back, until it is free', async () => {
    guest(110).fileLock = 'qm cleanup'
    const tags: Command = { do: 'guest.set-tags', guest: ref(110), tags: ['prod', 'hold'], protected: true }
    const setting = done(tags)
    // Where the guest is, and at least one change that was refused.
    await expect.poll(() => lab.lab.requests(), { interval: 1, timeout: 60_000 }).toBeGreaterThan(2)
    guest(110).fileLock = undefined
    expect((await setting).end).toEqual({ ended: 'succeeded', warnings: [] })
    expect(guest(110).config).toMatchObject({ tags: 'prod;hold', protection: 1 })
  })

  it('that stays is told as what it is', async () => {
    holdFileLock(lab.cluster, guest(110), 10_000_000)
    const patient = open(tokenOf('root@pam!lab'), { fileLock: 50 })
    expect((await done(take(110, 'never_x'), patient)).end).toMatchObject({
      ended: 'failed',
      why: { code: 'guest-busy', task: 'qm cleanup' },
    })
  })

  it('is no reason to ask again when the worker left a lock of its own', async () => {
    const task = { delayMs: 0, failWith: "can't lock file '/var/lock/qemu-server/lock-110.conf' - got timeout" }
    lab.cluster.faults.onTask(task, { type: 'qmsnapshot' })
    guest(110).config.lock = 'snapshot'
    await submitted(take(110, 'half'))
    expect(tasksOf('qmsnapshot')).toHaveLength(1)
  })
})

describe('a failed deletion', () => {
  it('leaves a lock, which is told with what to type on the node', async () => {
    await done(take(110, 'torn'))
    const volume = [...lab.cluster.state.volumes.values()].find(({ vmid }) => vmid === 110)
    if (volume === undefined) throw new Error('110 has no disk')
    volume.snapshots = []
    const { end, log } = await done(remove(110, 'torn'))
    expect(end).toMatchObject({ ended: 'failed', why: { code: 'task-failed' } })
    expect(log.at(-1)).toBe('the guest is locked now (snapshot-delete); on pve1: qm unlock 110')
    const unlock: Command = { do: 'guest.unlock', guest: ref(110) }
    expect(await commands.submit(unlock, never)).toMatchObject({
      ok: false,
      why: { code: 'needs-node-command', command: 'qm unlock 110' },
    })
    const root = open({ method: 'password', username: 'root', realm: 'pam', password: 'root-lab-password' })
    expect((await done(unlock, root)).end.ended).toBe('succeeded')
    expect(guest(110).config.lock).toBeUndefined()
    expect((await done(remove(110, 'torn', 'entry'))).end.ended).toBe('succeeded')
    expect(guest(110).snapshots.size).toBe(0)
  })
})

describe('power', () => {
  it('goes on and off, and a shutdown that is not followed is a failure', async () => {
    expect((await done(power(110, 'on'))).end.ended).toBe('succeeded')
    guest(110).agentRuns = false
    expect((await done(power(110, 'shutdown', 1_000))).end).toMatchObject({
      ended: 'failed',
      why: { text: 'VM quit/powerdown failed - got timeout' },
    })
    expect(guest(110).runningSinceMs).toBeDefined()
    expect((await done(power(110, 'off'))).end.ended).toBe('succeeded')
    expect(guest(110).runningSinceMs).toBeUndefined()
  })

  it('under HA is over when the guest is so, not when HA was asked', async () => {
    guest(101).haManaged = true
    const task = await submitted(power(101, 'off'))
    expect(task.upid).toContain(':hastop:')
    const { end, log } = await followed(task, open())
    expect(end.ended).toBe('succeeded')
    expect(log).toContain('Requesting HA stop for VM 101')
    expect(guest(101).runningSinceMs).toBeUndefined()
    expect((await done(power(101, 'on'))).end.ended).toBe('succeeded')
    expect(guest(101).runningSinceMs).toBeDefined()
  })

  it('that HA does not give within the limit is a failure', async () => {
    guest(101).haManaged = true
    guest(101).config.lock = 'backup'
    expect((await done(power(101, 'off', 100))).end).toMatchObject({ ended: 'failed', why: { code: 'task-failed' } })
  })
})

describe('the agent', () => {
  it('thaws a guest, and says when it cannot', async () => {
    const thaw = (vmid: number): Command => ({ do: 'guest.thaw', guest: ref(vmid) })
    guest(101).agentRuns = true
    guest(101).agentFrozen = true
    expect((await recalled(thaw(101), since())).recalled).toBe('not-taken')
    expect((await done(thaw(101))).end.ended).toBe('succeeded')
    expect(guest(101).agentFrozen).toBe(false)
    expect((await recalled(thaw(101), since())).recalled).toBe('taken')
    guest(101).agentRuns = false
    expect(await commands.submit(thaw(101), never)).toMatchObject({
      ok: false,
      why: { code: 'unsupported', because: { cause: 'no-agent' } },
    })
    expect(await commands.submit(thaw(201), never)).toMatchObject({ ok: false, why: { code: 'unsupported' } })
  })
})

describe('bad days', () => {
  it('without the permission it is refused with privilege and path', async () => {
    const auditor = open(tokenOf('audit@pve!ro'))
    expect(await auditor.submit(take(102, 'x1'), never)).toMatchObject({
      ok: false,
      why: { code: 'not-permitted', privilege: 'VM.Snapshot', path: '/vms/102' },
    })
    const tags: Command = { do: 'guest.set-tags', guest: ref(102), tags: ['x'], protected: null }
    expect(await auditor.submit(tags, never)).toMatchObject({ ok: false, why: { code: 'not-permitted' } })
  })

  it('a task that hangs is followed until we leave, and goes on without us', async () => {
    lab.cluster.faults.onTask({ hangs: true }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'hung'))
    const updates: TaskUpdate[] = []
    for await (const update of commands.follow(task, AbortSignal.timeout(60))) updates.push(update)
    expect(updates.filter(({ tells }) => tells === 'end')).toEqual([])
    expect(lab.cluster.tasks.find(task.upid)?.status).toBe('running')
  })

  it('a task that somebody ended by hand is a failure in its own words', async () => {
    lab.cluster.faults.onTask({ hangs: true }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'ended'))
    lab.cluster.tasks.interrupt(task.upid)
    expect((await followed(task)).end).toMatchObject({ ended: 'failed', why: { text: 'received interrupt' } })
  })

  it('a task that left no trace is lost', async () => {
    lab.cluster.faults.onTask({ hangs: true }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'traceless'))
    lab.cluster.tasks.forget(task.upid)
    expect((await followed(task)).end).toEqual({ ended: 'lost', why: { code: 'unsure', asked: 'qmsnapshot' } })
  })

  it('a node that is away for a while only makes us wait', async () => {
    lab.cluster.faults.onTask({ delayMs: 3_000 }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'patient'))
    const away = { kind: 'status', status: 595, reason: 'No route to host' } as const
    lab.cluster.faults.onRequest(away, { path: /\/tasks\//, times: 2 })
    // The client asks a node that was away again after a while only.
    const turning = setInterval(() => lab.clock.skip(60_000), 20)
    const { end } = await followed(task, open()).finally(() => clearInterval(turning))
    expect(end.ended).toBe('succeeded')
  })

  it('a permission withdrawn in between ends the following, after a while', async () => {
    lab.cluster.faults.onTask({ hangs: true }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'withdrawn'))
    const no = { kind: 'status', status: 401, reason: 'Authentication failed!' } as const
    lab.cluster.faults.onRequest(no)
    expect((await followed(task)).end).toMatchObject({ ended: 'lost', why: { code: 'credentials-refused' } })
  })

  it('another certificate ends the following, and refuses what is asked before it is sent', async () => {
    lab.cluster.faults.onTask({ hangs: true }, { type: 'qmsnapshot' })
    const task = await submitted(take(110, 'certified'))
    const fresh = open()
    lab.lab.changeCertificate(makeNodeCertificate('pve1', ['127.0.0.1']))
    expect((await followed(task, fresh)).end).toMatchObject({ ended: 'lost', why: { code: 'certificate-changed' } })
    const before = tasksOf('qmsnapshot').length
    expect(await fresh.submit(take(110, 'again'), never)).toMatchObject({
      ok: false,
      why: { code: 'certificate-changed' },
    })
    expect(tasksOf('qmsnapshot')).toHaveLength(before)
  })
})

describe('after a lost answer', () => {
  const lose = () => lab.cluster.faults.onRequest({ kind: 'reset' }, { method: 'POST', path: /snapshot$/, times: 1 })

  it('what was taken is unsure, then recalled by its task, and done once', async () => {
    lose()
    const at = since()
    expect(await commands.submit(take(110, 'lost_x'), never)).toMatchObject({
      ok: false,
      why: { code: 'unsure', asked: 'snapshot.take' },
    })
    const found = await recalled(take(110, 'lost_x'), at, open())
    if (found.recalled !== 'taken') throw new Error(found.recalled)
    expect((await followed(found.task)).end.ended).toBe('succeeded')
    expect(tasksOf('qmsnapshot')).toHaveLength(1)
  })

  it('what never arrived is not taken, and only after the way there was given its time', async () => {
    lab.cluster.faults.onRequest({ kind: 'hang' }, { method: 'POST', path: /snapshot$/, times: 1 })
    const at = since()
    const giveUp = new AbortController()
    const asking = commands.submit(take(110, 'lost_x'), giveUp.signal)
    // Where the guest is, and the request that hangs.
    await expect.poll(() => lab.lab.requests(), { interval: 1, timeout: 60_000 }).toBe(2)
    giveUp.abort()
    expect(await asking).toMatchObject({ ok: false, why: { code: 'unsure' } })
    expect(await recalled(take(110, 'lost_x'), at, open())).toEqual({ recalled: 'not-taken' })
    expect(lab.clock.now() - epochMillis(at)).toBeGreaterThanOrEqual(HASTY.settle)
  })

  it('somebody else’s task is not ours, and neither is one of before', async () => {
    await done(take(102, 'earlier'))
    lab.clock.skip(10_000)
    const at = since()
    await done(take(102, 'theirs'), open(tokenOf('snap@pve!ci')))
    expect(await recalled(take(102, 'theirs'), at)).toEqual({ recalled: 'not-taken' })
    expect((await recalled(take(102, 'theirs'), at, open(tokenOf('snap@pve!ci')))).recalled).toBe('taken')
  })

  it('a step that ended in the same second is not taken for the next one', async () => {
    await done(take(110, 'one'))
    await done(take(110, 'two'))
    lab.clock.skip(5_000)
    await done(remove(110, 'one'))
    expect(await recalled(remove(110, 'two'), since())).toEqual({ recalled: 'not-taken' })
    expect((await recalled(rollBack(110, 'two'), since())).recalled).toBe('not-taken')
  })

  it('two tasks of ours leave it open', async () => {
    await done(take(110, 'one'))
    lab.clock.skip(5_000)
    const at = since()
    await done(rollBack(110, 'one'))
    await done(rollBack(110, 'one'))
    expect(await recalled(rollBack(110, 'one'), at)).toEqual({ recalled: 'unsure' })
  })

  it('a rollback to another snapshot is not the one that was asked for', async () => {
    await done(take(110, 'one'))
    await done(take(110, 'two'))
    lab.clock.skip(5_000)
    const at = since()
    lab.clock.skip(5_000)
    await done(rollBack(110, 'one'))
    expect(await recalled(rollBack(110, 'two'), at)).toEqual({ recalled: 'unsure' })
    expect((await recalled(rollBack(110, 'one'), at)).recalled).toBe('taken')
  })

  it('a cluster that does not answer is not asked to guess', async () => {
    lab.cluster.faults.onRequest({ kind: 'status', status: 595, reason: 'Connection refused' }, { path: /\/tasks/ })
    expect(await commands.recall(take(110, 'x1'), since(), never)).toMatchObject({
      ok: false,
      why: { code: 'node-unreachable' },
    })
  })

  it('tags that stand there are set, others are not', async () => {
    const tags: Command = { do: 'guest.set-tags', guest: ref(110), tags: ['b', 'a'], protected: null }
    expect(await recalled(tags, since())).toEqual({ recalled: 'not-taken' })
    guest(110).config.tags = 'a;b'
    const found = await recalled(tags, since())
    if (found.recalled !== 'taken') throw new Error(found.recalled)
    expect((await followed(found.task)).end).toEqual({ ended: 'succeeded', warnings: [] })
  })
})
