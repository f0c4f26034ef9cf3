/** A rollback is held to the configuration its snapshot saved: what differs by libvirt's own doing is no difference. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chosenGeneration } from '@/e2e/labs/libvirt/generation'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Command } from '@/lib/domain/command'
import { instantAt } from '@/lib/domain/units'
import { mergeGuest } from '@/lib/engine/inventory/merge'
import { checkConfiguration } from '@/lib/engine/operation/configuration-check'
import type { Hypervisor } from '../port'
import { commandsOf, gist, rollbackOf, run, snapshotRef, takeOf } from './testing/commanding'
import { guestIn, openLab, patience } from './testing/reading'

const newer = chosenGeneration() === 'debian13'

describeWithLab(`the configuration after a rollback, libvirt ${newer ? '11.3' : '9.0'}`, () => {
  let lab: LibvirtLab
  let hypervisor: Hypervisor

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    hypervisor = openLab(lab)
  })
  afterAll(async () => {
    await hypervisor.close()
    await lab.close()
  })

  const ask = async (command: Command) => expect(gist(await run(commandsOf(hypervisor), command))).toBe('ok')

  async function check(guest: LabGuest, name: string) {
    const scope = { whole: false as const, guests: [guest.uuid] }
    const read = guestIn(await hypervisor.collect(scope, { thorough: true }, patience()), guest.uuid)
    const known = mergeGuest(null, read, instantAt(Date.now()))
    const saved = await hypervisor.configurationAt(snapshotRef(guest, name), patience())
    return checkConfiguration({ kind: 'libvirt', snapshot: name, saved, keepsTags: false }, known)
  }

  it('of a guest that was off: what was changed since differs, and after going back nothing does, off and running', async () => {
    const guest = await lab.defineGuest({
      name: 'settings',
      disks: [{ format: 'qcow2', sizeMiB: 8 }],
      agentChannel: true,
      cdrom: true,
    })
    await ask(takeOf(lab, guest, 'before', { kind: 'internal' }))
    await lab.expectVirsh('setvcpus', guest.uuid, '2', '--config', '--maximum')
    await lab.expectVirsh('setvcpus', guest.uuid, '2', '--config')
    expect(await check(guest, 'before')).toEqual({
      result: 'fail',
      differences: [{ differs: 'configuration', key: 'cpus', found: '2', expected: '1' }],
    })
    await ask(rollbackOf(guest, 'before'))
    expect(await check(guest, 'before')).toEqual({ result: 'pass' })
    await lab.expectVirsh('start', guest.uuid)
    expect(await check(guest, 'before')).toEqual({ result: 'pass' })
    await lab.expectVirsh('destroy', guest.uuid)
  })

  it('of a guest that ran, with its memory', async () => {
    const disks = [{ format: 'qcow2' as const, sizeMiB: 8 }]
    const guest = await lab.defineGuest({ name: 'memory', disks, agentChannel: true, running: true })
    await ask(takeOf(lab, guest, 'before', { kind: 'internal', memory: 'saved' }))
    await ask(rollbackOf(guest, 'before'))
    expect(await check(guest, 'before')).toEqual({ result: 'pass' })
    await lab.expectVirsh('destroy', guest.uuid)
    expect(await check(guest, 'before')).toEqual({ result: 'pass' })
  })

  // Going back to an external snapshot came with libvirt 9.9.
  if (newer) {
    it('of a guest on a raw disk that went back to a snapshot outside of it', async () => {
      const disks = [{ format: 'raw' as const, sizeMiB: 8 }]
      const guest = await lab.defineGuest({ name: 'outside', disks })
      await ask(takeOf(lab, guest, 'before', { kind: 'external' }))
      await ask(rollbackOf(guest, 'before'))
      expect(await check(guest, 'before')).toEqual({ result: 'pass' })
    })
  }
})
