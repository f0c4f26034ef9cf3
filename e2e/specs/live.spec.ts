/** Pages stay true: a change on the host shows by itself, a silent host turns stale and loses nothing. */
import { startLibvirtLab } from '../labs/libvirt/lab'
import { expect, guestIdOf, test } from '../support/test'
import { addConnection } from '../support/world'

test.describe.configure({ mode: 'serial' })

/** A bound against hanging, ms: that a page follows its host within 15 s is measured on a machine that is not busy. */
const SOON = 60_000

test('a snapshot taken on the host appears without a reload', async ({ page, api, host }) => {
  const { name } = host.showcase.guests.bare
  await page.goto(`/guests/${await guestIdOf(api, name)}`)
  await expect(page.getByText(`No snapshots of ${name}`)).toBeVisible()
  await host.lab.expectVirsh('snapshot-create-as', name, 'taken-outside')
  await expect(page.getByRole('row', { name: /^taken-outside/ })).toBeVisible({ timeout: SOON })
  await host.lab.expectVirsh('snapshot-delete', name, 'taken-outside')
  await expect(page.getByText(`No snapshots of ${name}`)).toBeVisible({ timeout: SOON })
})

test('eight open tabs all stay live on one stream', async ({ context, api, host }) => {
  const { name } = host.showcase.guests.bare
  const id = await guestIdOf(api, name)
  const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
  for (const tab of tabs) {
    await tab.goto(`/guests/${id}`)
    await expect(tab.getByText(`No snapshots of ${name}`)).toBeVisible()
  }
  await host.lab.expectVirsh('snapshot-create-as', name, 'for-eight')
  for (const tab of tabs) await expect(tab.getByRole('row', { name: /^for-eight/ })).toBeVisible({ timeout: SOON })
  await host.lab.expectVirsh('snapshot-delete', name, 'for-eight')
})

test('a host that goes away turns stale, keeps its guests, and comes back', async ({ page, world }, info) => {
  test.setTimeout(400_000)
  const own = await startLibvirtLab({ tcp: true })
  if (!own.ok) {
    info.skip(true, own.why)
    return
  }
  const { lab } = own
  try {
    await lab.defineGuest({ name: 'stays-visible', disks: [{ format: 'qcow2', sizeMiB: 8 }] })
    await addConnection(world.data, 'kvm-away', lab)
    await page.goto('/connections')
    const row = page.getByRole('row', { name: /kvm-away/ })
    await expect(row).toContainText('Answering')
    await lab.daemon.kill9()
    await expect(row).toContainText(/Not answering/, { timeout: 120_000 })
    await page.goto('/guests?q=stays-visible')
    await expect(page.getByRole('link', { name: 'stays-visible' })).toBeVisible()
    await expect(page.getByRole('row', { name: /stays-visible/ })).toContainText('Stale')
    await lab.daemon.restart()
    await expect(page.getByRole('row', { name: /stays-visible/ })).not.toContainText('Stale', { timeout: 120_000 })
  } finally {
    await lab.close()
  }
})
