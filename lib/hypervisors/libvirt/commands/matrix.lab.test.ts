/**
 * Every row of libvirt's snapshot matrix that the product may ask, through the port, on real QEMU. The laboratory is of
 * the generation the environment chooses; what 9.0 refuses and 11.3 does stands side by side.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chosenGeneration } from '@/e2e/labs/libvirt/generation'
import type { GuestSpec, LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Command } from '@/lib/domain/command'
import type { Commands, Hypervisor } from '../../port'
import { commandsOf, deleteOf, gist, refOf, rollbackOf, run, snapshotRef, takeOf } from '../testing/commanding'
import { guestIn, openLab, patience, readWhole, snapshotsOf } from '../testing/reading'

const newer = chosenGeneration() === 'debian13'

describeWithLab(`commands on libvirt ${newer ? '11.3' : '9.0'}`, () => {
  let lab: LibvirtLab
  let hypervisor: Hypervisor
  let commands: Commands
  let count = 0

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    hypervisor = openLab(lab)
    commands = commandsOf(hypervisor)
  })
  afterAll(async () => {
    await hypervisor.close()
    await lab.close()
  })

  const define = (over: Partial<GuestSpec> = {}): Promise<LabGuest> => {
    count += 1
    return lab.defineGuest({ name: `m${count}`, disks: [{ format: 'qcow2', sizeMiB: 8 }], ...over })
  }
  const ask = async (command: Command): Promise<string> => gist(await run(commands, command))
  const stateOf = async ({ uuid }: LabGuest) => (await lab.expectVirsh('domstate', uuid)).trim()
  const namesOf = async (guest: LabGuest) => {
    const found = guestIn(await readWhole(hypervisor), guest.uuid)
    return snapshotsOf(found).map(({ name }) => name)
  }
  const exists = async (file: string) => (await lab.runInside('test', ['-e', file])).code === 0
  const activeOf = async ({ uuid }: LabGuest, target = 'vda') =>
    (await lab.expectVirsh('domblklist', uuid))
      .split('\n')
      .find((line) => line.trim().startsWith(target))
      ?.trim()
      .slice(target.length)
      .trim() ?? ''

  it('are offered on a connection that operates, and absent on one that observes', async () => {
    const observer = openLab(lab, 'observe')
    expect(observer.commands).toBeUndefined()
    expect(hypervisor.commands).toBeDefined()
    await observer.close()
  })

  describe('taking', () => {
    it('internal, off, of two disks', async () => {
      const guest = await define({
        disks: [
          { format: 'qcow2', sizeMiB: 8 },
          { format: 'qcow2', sizeMiB: 8 },
        ],
      })
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal', description: `it's <b>` }))).toBe('ok')
      expect(await namesOf(guest)).toEqual(['s1'])
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal' }))).toBe('refused already-exists')
    })

    it('internal, running, with memory; without it libvirt has no such snapshot, and we say so', async () => {
      const guest = await define({ running: true })
      expect(await ask(takeOf(lab, guest, 's0', { kind: 'internal' }))).toBe('refused unsupported')
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal', memory: 'saved' }))).toBe('ok')
      expect(snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid))).toMatchObject([{ memory: 'saved' }])
      expect(await stateOf(guest)).toBe('running')
    })

    it('internal of a raw disk is refused by libvirt, by number', async () => {
      const guest = await define({ disks: [{ format: 'raw', sizeMiB: 8 }] })
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal' }))).toBe('refused rejected 67')
    })

    it('external of raw and qcow2 together, to the files named, all or nothing', async () => {
      const guest = await define({
        running: true,
        disks: [
          { format: 'qcow2', sizeMiB: 8 },
          { format: 'raw', sizeMiB: 8 },
        ],
      })
      expect(await ask(takeOf(lab, guest, 'e1', { kind: 'external' }))).toBe('ok')
      expect(await activeOf(guest, 'vdb')).toBe(lab.imagePath(`${guest.uuid.slice(0, 8)}-vdb.e1.qcow2`))
      expect(await ask(takeOf(lab, guest, 'e2', { kind: 'external', only: ['vda'] }))).toBe('ok')
      const again = { ...takeOf(lab, guest, 'e2', { kind: 'external' }), name: 'e3' }
      expect(await ask(again), 'its overlays exist already').toMatch(/^refused rejected/)
      expect(await namesOf(guest)).toEqual(['e1', 'e2'])
    })

    it('external with memory, and off', async () => {
      const guest = await define({ running: true })
      const memoryFile = lab.imagePath(`${guest.uuid.slice(0, 8)}.m1.mem`)
      expect(await ask(takeOf(lab, guest, 'm1', { kind: 'external', memory: 'saved', memoryFile }))).toBe('ok')
      expect(await exists(memoryFile)).toBe(true)
      const off = await define()
      expect(await ask(takeOf(lab, off, 'o1', { kind: 'external' }))).toBe('ok')
      expect(await ask(takeOf(lab, off, 'o2', { kind: 'external', memory: 'saved', memoryFile }))).toBe(
        'refused unsupported',
      )
    })

    it('quiesced without an agent is refused as that; of a guest that is off it is not ignored silently', async () => {
      const guest = await define({ running: true, agentChannel: true })
      expect(await ask(takeOf(lab, guest, 'q1', { kind: 'external', quiesce: true }))).toBe('refused unsupported 86')
      expect(await namesOf(guest)).toEqual([])
      const off = await define()
      expect(await run(commands, takeOf(lab, off, 'q1', { kind: 'external', quiesce: true }))).toMatchObject({
        end: { ended: 'succeeded', warnings: [expect.stringContaining('off')] },
      })
    })

    it('over saved memory is refused by us: libvirt would take the disks without it', async () => {
      const guest = await define({ running: true })
      await lab.expectVirsh('managedsave', guest.uuid)
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal' }))).toBe('refused unsupported')
      expect(await ask({ do: 'guest.discard-saved-memory', guest: refOf(guest) })).toBe('ok')
      expect(await ask({ do: 'guest.discard-saved-memory', guest: refOf(guest) })).toBe('refused nothing-to-do')
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal' }))).toBe('ok')
    })

    it('of UEFI, running: by what this version can', async () => {
      const guest = await define({ firmware: 'uefi', nvram: 'qcow2', running: true })
      expect(await ask(takeOf(lab, guest, 's1', { kind: 'internal', memory: 'saved' }))).toBe(
        newer ? 'ok' : 'refused rejected 84',
      )
      const external = await define({ firmware: 'uefi', running: true })
      expect(await ask(takeOf(lab, external, 'e1', { kind: 'external' }))).toBe('ok')
    })
  })

  describe('rolling back', () => {
    it('internal: off to off, running again, and out of a running guest', async () => {
      const guest = await define()
      await ask(takeOf(lab, guest, 's1', { kind: 'internal' }))
      await ask(takeOf(lab, guest, 's2', { kind: 'internal' }))
      expect(await ask(rollbackOf(guest, 's1'))).toBe('ok')
      expect(await stateOf(guest)).toBe('shut off')
      expect(await ask(rollbackOf(guest, 's2', { powerAfter: 'running' }))).toBe('ok')
      expect(await stateOf(guest)).toBe('running')
      expect(await ask(takeOf(lab, guest, 'live', { kind: 'internal', memory: 'saved' }))).toBe('ok')
      expect(await ask(rollbackOf(guest, 'live'))).toBe('ok')
      expect(await stateOf(guest)).toBe('running')
      expect(await ask(rollbackOf(guest, 'gone'))).toBe('refused missing')
    })

    it('external: where the server can, twice within a second too', async () => {
      const guest = await define({ running: true })
      const memoryFile = lab.imagePath(`${guest.uuid.slice(0, 8)}.m1.mem`)
      await ask(takeOf(lab, guest, 'e1', { kind: 'external' }))
      await ask(takeOf(lab, guest, 'm1', { kind: 'external', memory: 'saved', memoryFile }))
      if (!newer) {
        expect(await run(commands, rollbackOf(guest, 'e1'))).toMatchObject({
          refused: { code: 'unsupported', because: { cause: 'needs-version', needs: '9.9.0', has: '9.0.0' } },
        })
        expect(await stateOf(guest)).toBe('running')
        return
      }
      expect(await ask(rollbackOf(guest, 'e1'))).toBe('ok')
      expect(await stateOf(guest)).toBe('shut off')
      expect(await ask(rollbackOf(guest, 'e1'))).toBe('ok')
      expect(await ask(rollbackOf(guest, 'e1'))).toBe('ok')
      expect(await ask(rollbackOf(guest, 'm1'))).toBe('ok')
      expect(await stateOf(guest)).toBe('running')
    })
  })

  describe('deleting', () => {
    it('internal: one, with children, the entry alone', async () => {
      const guest = await define()
      for (const name of ['s1', 's2', 's3']) await ask(takeOf(lab, guest, name, { kind: 'internal' }))
      expect(await ask(deleteOf(guest, 's2'))).toBe('ok')
      expect(await namesOf(guest)).toEqual(['s1', 's3'])
      expect(await ask(deleteOf(guest, 's3', { how: 'entry' }))).toBe('ok')
      const [unmanaged] = snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid)).filter((one) => one.unmanaged)
      expect(unmanaged?.name).toBe('s3')
      expect(await ask(deleteOf(guest, 's1', { children: 'delete' }))).toBe('ok')
      expect(await ask(deleteOf(guest, 's1'))).toBe('refused missing')
    })

    it('external of a running guest, the oldest first; the newest then stands on the base', async () => {
      const guest = await define({ running: true })
      for (const name of ['e1', 'e2', 'e3']) await ask(takeOf(lab, guest, name, { kind: 'external' }))
      for (const name of ['e1', 'e2', 'e3']) expect(await ask(deleteOf(guest, name)), name).toBe('ok')
      expect(await namesOf(guest)).toEqual([])
      expect(await activeOf(guest)).toBe(guest.disks[0]?.file)
    })

    it('external of a guest that is off: 9.0 lacks it where the chain was made off', async () => {
      const guest = await define()
      for (const name of ['o1', 'o2']) await ask(takeOf(lab, guest, name, { kind: 'external' }))
      expect(await ask(deleteOf(guest, 'o1'))).toBe(newer ? 'ok' : 'refused rejected 8')
    })

    it('external with memory: what 9.0 leaves behind is found and told', async () => {
      const guest = await define({ running: true })
      const memoryFile = lab.imagePath(`${guest.uuid.slice(0, 8)}.m1.mem`)
      await ask(takeOf(lab, guest, 'm1', { kind: 'external', memory: 'saved', memoryFile }))
      const done = await run(commands, deleteOf(guest, 'm1'))
      const warnings = newer ? [] : [`libvirt left the memory file behind: ${memoryFile}`]
      expect(done).toMatchObject({ end: { ended: 'succeeded', warnings } })
      expect(await exists(memoryFile)).toBe(!newer)
    })

    it('where the branch is not the active one', async () => {
      if (!newer) return expect(newer).toBe(false) // 9.0 makes no branch: it cannot go back
      const guest = await define()
      await ask(takeOf(lab, guest, 'e1', { kind: 'external' }))
      await ask(takeOf(lab, guest, 'e2', { kind: 'external' }))
      await ask(takeOf(lab, guest, 'e3', { kind: 'external' }))
      await ask(rollbackOf(guest, 'e1'))
      expect(await ask(deleteOf(guest, 'e2'))).toMatch(/^refused/)
      expect(await ask(deleteOf(guest, 'e3'))).toBe('ok')
    })

    it('into an image another guest reads through is refused by us, whoever asks', async () => {
      const base = await define()
      const file = base.disks[0]?.file ?? ''
      const clone = await define({ disks: [{ format: 'qcow2', sizeMiB: 8, backing: { file, format: 'qcow2' } }] })
      const guest = await define({
        disks: [{ format: 'qcow2', sizeMiB: 8, backing: { file, format: 'qcow2' } }],
        running: true,
      })
      const top = guest.disks[0]?.file ?? ''
      // An overlay nobody uses now, whose header names the image as QEMU's options.
      const byHand = lab.imagePath(`${guest.uuid.slice(0, 8)}-by-hand.qcow2`)
      const named = `json:${JSON.stringify({ driver: 'qcow2', file: { driver: 'file', filename: file } })}`
      await lab.runInside('qemu-img', ['create', '-q', '-f', 'qcow2', '-u', '-b', named, '-F', 'qcow2', byHand, '8M'])
      expect(
        await run(commands, {
          do: 'chain.merge',
          guest: refOf(guest),
          disk: { guest: refOf(guest), target: 'vda' },
          direction: 'commit',
          base: file,
          top,
        }),
      ).toMatchObject({
        refused: { code: 'shared-base', file, readers: expect.arrayContaining([clone.disks[0]?.file, byHand]) },
      })
      // Into the guest's own overlay it may be pulled.
      expect(
        await ask({
          do: 'chain.merge',
          guest: refOf(guest),
          disk: { guest: refOf(guest), target: 'vda' },
          direction: 'pull',
          base: null,
          top,
        }),
      ).toBe('ok')
    })
  })

  describe('merging', () => {
    const merge = (
      guest: LabGuest,
      over: { direction: 'commit' | 'pull'; base: string | null; top: string },
    ): Command => ({
      do: 'chain.merge',
      guest: refOf(guest),
      disk: { guest: refOf(guest), target: 'vda' },
      ...over,
    })
    const overlay = (guest: LabGuest, name: string) => lab.imagePath(`${guest.uuid.slice(0, 8)}-vda.${name}.qcow2`)

    it('commits the middle, then the active one with its pivot, and pulls', async () => {
      const guest = await define({ running: true })
      const base = guest.disks[0]?.file ?? ''
      for (const name of ['b1', 'b2', 'b3']) await ask(takeOf(lab, guest, name, { kind: 'external' }))
      await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 1, sizeMiB: 2 })
      const middle = await run(
        commands,
        merge(guest, { direction: 'commit', base: overlay(guest, 'b1'), top: overlay(guest, 'b2') }),
      )
      expect(gist(middle)).toBe('ok')
      expect(middle).toMatchObject({ task: { kind: 'libvirt-job', target: 'vda' } })
      expect(await activeOf(guest)).toBe(overlay(guest, 'b3'))
      expect(await ask(merge(guest, { direction: 'pull', base, top: overlay(guest, 'b3') }))).toBe('ok')
      // The leftover b2 still names b1: it has to go before anything else may be written there.
      expect(await ask(merge(guest, { direction: 'commit', base: null, top: overlay(guest, 'b3') }))).toMatch(
        /^(ok|refused shared-base)/,
      )
    })

    it('commits the active image down to the base and stands on it', async () => {
      const guest = await define({ running: true })
      const base = guest.disks[0]?.file ?? ''
      await ask(takeOf(lab, guest, 'b1', { kind: 'external' }))
      await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 1, sizeMiB: 4 })
      expect(await ask(merge(guest, { direction: 'commit', base, top: overlay(guest, 'b1') }))).toBe('ok')
      expect(await activeOf(guest)).toBe(base)
      expect(await ask(merge(guest, { direction: 'commit', base, top: base }))).toBe('refused nothing-to-do')
    })

    it('is refused for a guest that is off, and where the chain is another than the plan saw', async () => {
      const guest = await define()
      expect(await ask(merge(guest, { direction: 'commit', base: null, top: 'x' }))).toBe('refused unsupported')
      const running = await define({ running: true })
      expect(await ask(merge(running, { direction: 'commit', base: null, top: '/nowhere' }))).toBe('refused changed')
    })

    it('finishes a job that stands at 100 %, either way', async () => {
      for (const end of ['pivot', 'abort'] as const) {
        const guest = await define({ running: true })
        const base = guest.disks[0]?.file ?? ''
        await ask(takeOf(lab, guest, 'b1', { kind: 'external' }))
        await lab.expectVirsh('blockcommit', guest.uuid, 'vda', '--active', '--wait')
        expect(guestIn(await readWhole(hypervisor), guest.uuid).findings).toContainEqual({
          finding: 'job-waiting',
          disk: 'vda',
        })
        expect(await ask(takeOf(lab, guest, 'b2', { kind: 'external' }))).toBe('refused guest-busy 83')
        expect(await ask(merge(guest, { direction: 'commit', base, top: overlay(guest, 'b1') }))).toBe(
          'refused guest-busy',
        )
        expect(
          await ask({ do: 'chain.finish-job', guest: refOf(guest), disk: { guest: refOf(guest), target: 'vda' }, end }),
        ).toBe('ok')
        expect(await activeOf(guest)).toBe(end === 'pivot' ? base : overlay(guest, 'b1'))
      }
    })
  })

  describe('what has no metadata', () => {
    it('is adopted, and goes back to; another is deleted with its data', async () => {
      const guest = await define()
      const file = guest.disks[0]?.file ?? ''
      for (const name of ['keep', 'drop']) await lab.runInside('qemu-img', ['snapshot', '-c', name, file])
      const adopt = (name: string): Command => ({
        do: 'snapshot.adopt',
        guest: refOf(guest),
        name,
        createdAt: '2026-11-21T05:00:00.000Z',
        disks: ['vda'],
      })
      expect(await ask(adopt('keep'))).toBe('ok')
      expect(await ask(adopt('nothing'))).toBe('refused missing')
      const [kept] = snapshotsOf(guestIn(await readWhole(hypervisor), guest.uuid))
      expect(kept).toMatchObject({ name: 'keep', unmanaged: false, createdAt: '2026-11-21T05:00:00.000Z' })
      expect(await ask(rollbackOf(guest, 'keep'))).toBe('ok')
      const disk = { guest: refOf(guest), target: 'vda' }
      expect(await ask({ do: 'snapshot.delete-data', guest: refOf(guest), disk, name: 'keep' })).toBe(
        'refused already-exists',
      )
      expect(await ask({ do: 'snapshot.delete-data', guest: refOf(guest), disk, name: 'drop' })).toBe('ok')
      const listed = await lab.runInside('qemu-img', ['snapshot', '-l', file])
      expect(listed.stdout).toContain('keep')
      expect(listed.stdout).not.toContain('drop')
    })
  })

  describe('power', () => {
    const power = (guest: LabGuest, to: 'on' | 'off' | 'shutdown' | 'resume', timeLimitMillis = 1_500): Command => ({
      do: 'guest.power',
      guest: refOf(guest),
      to,
      timeLimitMillis,
    })

    it('on, paused and resumed, off; a guest that does not listen is not shut down within the limit', async () => {
      const guest = await define()
      expect(await ask(power(guest, 'on'))).toBe('ok')
      expect(await ask(power(guest, 'on'))).toBe('refused nothing-to-do')
      await lab.expectVirsh('suspend', guest.uuid)
      expect(await ask(power(guest, 'resume'))).toBe('ok')
      expect(await ask(power(guest, 'shutdown'))).toBe('failed not-shut-down')
      expect(await stateOf(guest)).toBe('running')
      expect(await ask(power(guest, 'off'))).toBe('ok')
      expect(await stateOf(guest)).toBe('shut off')
    })

    it('a shutdown that is followed ends when the guest is off', async () => {
      const guest = await define({ running: true })
      const asked = await commands.submit(power(guest, 'shutdown', 20_000), patience())
      expect(asked.ok).toBe(true)
      await lab.expectVirsh('destroy', guest.uuid)
      if (asked.ok) {
        const updates = commands.follow(asked.value, patience())
        for await (const update of updates) {
          if (update.tells === 'end') expect(update.end.ended).toBe('succeeded')
        }
      }
    })
  })

  it('forks a guest over what a snapshot froze, which is then read only', async () => {
    const guest = await define({ running: true })
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 1, pattern: 0x11 })
    await ask(takeOf(lab, guest, 'f1', { kind: 'external' }))
    await lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB: 0, sizeMiB: 1, pattern: 0x22 })
    const overlay = lab.imagePath('forked-vda.qcow2')
    const fork: Command = {
      do: 'guest.fork',
      guest: refOf(guest),
      snapshot: snapshotRef(guest, 'f1'),
      as: `${guest.name}-fork`,
      disks: [{ target: 'vda', overlay }],
    }
    expect(await ask(fork)).toBe('ok')
    const uuid = (await lab.expectVirsh('domuuid', `${guest.name}-fork`)).trim()
    expect(uuid).not.toBe(guest.uuid)
    const seen = await lab.runInside('qemu-io', ['-r', '-U', '-c', 'read -P 0x11 0 1M', overlay])
    expect(seen.stdout).not.toContain('failed')
    // What is now read by two is written by none.
    expect(await ask(deleteOf(guest, 'f1'))).toBe('refused shared-base')
    expect(await ask(fork)).toBe('refused another-guest')
    const forked = { uuid, name: `${guest.name}-fork`, disks: [{ target: 'vda', file: overlay }] }
    await lab.expectVirsh('start', uuid)
    expect(
      await ask({
        do: 'chain.merge',
        guest: refOf(forked),
        disk: { guest: refOf(forked), target: 'vda' },
        direction: 'pull',
        base: null,
        top: overlay,
      }),
    ).toBe('ok')
    expect(await ask(deleteOf(guest, 'f1'))).toBe('ok')
  })

  it('deletes a leftover file, and none that anybody reads', async () => {
    const guest = await define()
    const storage = { nativeId: '', name: 'default', node: '' }
    const path = lab.imagePath('leftover.qcow2')
    await lab.runInside('qemu-img', ['create', '-q', '-f', 'qcow2', path, '1M'])
    const volume = (file: string): Command => ({ do: 'volume.delete', storage, volume: '', path: file })
    expect(await ask(volume(guest.disks[0]?.file ?? ''))).toBe('refused shared-base')
    expect(await ask(volume(path))).toBe('ok')
    expect(await exists(path)).toBe(false)
    expect(await ask(volume(path))).toBe('refused missing')
  })

  it('says what libvirt has no word for', async () => {
    const guest = await define()
    const disk = { guest: refOf(guest), target: 'vda' }
    expect(await run(commands, { do: 'image.check', guest: refOf(guest), disk, repair: false })).toMatchObject({
      refused: { code: 'needs-node-command', command: `qemu-img check -f qcow2 '${guest.disks[0]?.file}'` },
    })
    expect(await ask({ do: 'guest.unlock', guest: refOf(guest) })).toBe('refused rejected')
    expect(await ask({ do: 'guest.set-tags', guest: refOf(guest), tags: [], protected: null })).toBe('refused rejected')
    expect(await ask({ do: 'guest.thaw', guest: refOf(guest) })).toBe('refused unsupported')
  })
})
