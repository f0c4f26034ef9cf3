/** A bad day, all of it real: a file system at 96 % under a running QEMU, the alert, its clean-up, consent, and the end. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { DAY, MIB, SECOND } from '@/lib/domain/units'
import { confirmPlan } from '@/lib/services/plan/confirm'
import { preparationOf } from '@/lib/store/alert-preparations'
import { alertEvents, closedAlerts, openAlerts } from '@/lib/store/alerts'
import { findPlan } from '@/lib/store/plans'
import { type FullStorageWorld, openFullStorageWorld, until } from './testing/full-storage-world'

const SIZE_MIB = 400
const WRITTEN_MIB = 96

describeWithLab('a storage at 96 %', () => {
  let world: FullStorageWorld
  let guest: LabGuest

  beforeAll(async () => {
    world = await openFullStorageWorld(SIZE_MIB, async (lab, pool) => {
      const disk = { format: 'qcow2', sizeMiB: 256, directory: pool } as const
      guest = await lab.defineGuest({ name: 'web-dev', running: true, disks: [disk] })
      await forgottenSnapshot(lab, pool)
    })
  })
  afterAll(() => world?.close())

  /** Taken nine days ago, two more than development has; since then everything below it was written anew. */
  async function forgottenSnapshot(lab: LibvirtLab, pool: string): Promise<void> {
    const blocks = { target: 'vda', offsetMiB: 0, sizeMiB: WRITTEN_MIB }
    await lab.writeBlocks(guest.uuid, blocks)
    const overlay = `vda,file=${join(pool, 'web-dev.before.qcow2')}`
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 'before', '--disk-only', '--diskspec', overlay)
    await lab.writeBlocks(guest.uuid, { ...blocks, pattern: 0x33 })
    const xml = await lab.expectVirsh('snapshot-dumpxml', guest.uuid, 'before')
    const taken = Math.floor((Date.now() - 9 * DAY) / SECOND)
    const file = join(lab.info.dir, 'before.xml')
    await writeFile(file, xml.replace(/<creationTime>\d+</, `<creationTime>${taken}<`))
    await lab.expectVirsh('snapshot-create', guest.uuid, file, '--redefine', '--current')
  }

  it('is an emergency with a clean-up ready, which runs after consent and ends it', { timeout: 900_000 }, async () => {
    const { lab, store } = world
    await world.collect()
    expect(await world.emergency()).toBeUndefined()

    await world.fill(0.04)
    await world.collect()
    const alert = await until(world.emergency)
    expect(alert.subjectName).toContain('images')
    expect(alert.value).toBeCloseTo(0.96, 2)

    const { planId } = await until(() => preparationOf(store, alert.id))
    const planned = (await findPlan(store, planId))?.planned
    if (planned?.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`)
    const { plan } = planned
    expect(plan.intent).toMatchObject({ do: 'delete' })
    // All of the overlay, and the image below grows by nothing: that is what makes it safe at 96 %.
    const [space] = plan.space
    expect(space?.frees.min).toBeGreaterThan(0.8 * WRITTEN_MIB * MIB)
    // Prepared is not done.
    expect((await lab.expectVirsh('snapshot-list', guest.uuid, '--name')).trim()).toBe('before')

    const confirmed = await confirmPlan({
      ctx: world.ctx(),
      input: { id: plan.id, digest: plan.digest, typedName: plan.consentText },
    })
    if (!confirmed.ok || confirmed.value.result !== 'confirmed') throw new Error(JSON.stringify(confirmed))
    const ended = await world.endOf(confirmed.value.operationId)
    expect(ended.state, JSON.stringify(ended)).toBe('succeeded')
    expect((await lab.expectVirsh('snapshot-list', guest.uuid, '--name')).trim()).toBe('')

    expect(ended.spaceActual[0]?.freedBytes).toBeGreaterThan(0.8 * WRITTEN_MIB * MIB)

    // The reading that proved it is the one that ends the alert.
    const closed = await until(async () => (await closedAlerts(store, 10, null)).find(({ id }) => id === alert.id))
    expect(closed.resolvedAt).not.toBeNull()
    expect((await openAlerts(store)).filter(({ kind }) => kind === 'storage-used')).toEqual([])
    expect((await alertEvents(store, alert.id)).map(({ event }) => event)).toContain('prepared')
    // The guest ran all the time, and reads what it wrote last.
    expect((await lab.expectVirsh('domstate', guest.uuid)).trim()).toBe('running')
    await lab.expectVirsh('destroy', guest.uuid)
    const read = await lab.runInside('qemu-io', [
      '-r',
      '-c',
      `read -P 0x33 0 ${WRITTEN_MIB}M`,
      guest.disks[0]?.file ?? '',
    ])
    expect(read.stdout).not.toContain('failed')
  })
})
