/** A cluster without quorum answers every question and takes no change: what people see, and that nothing is begun. */
import type { GuestDetail, GuestWindow } from '@/lib/domain/view'
import { ownName } from '../support/flows'
import { addProxmox, startProxmoxProcess } from '../support/proxmox-lab'
import { expect, expectAccessible, expectNoSidewaysScroll, NOT_FOUND, test } from '../support/test'

/** Quorum is asked for every 20 s while it is away; a machine that does much else takes its time. */
const BACK = 120_000

test('without quorum a cluster is read and nothing on it is begun, with the way out, until it is back', async ({
  page,
  api,
  world,
  tolerate,
}) => {
  tolerate(NOT_FOUND)
  test.setTimeout(600_000)
  const name = ownName('pve-alone')
  const lab = await startProxmoxProcess(world.data, name)
  try {
    await lab.onNode('lose-quorum')
    await addProxmox(world.data, name, lab, 'operate')
    const query = encodeURIComponent(`name:=db01 connection:=${name}`)
    const find = async () => (await api<GuestWindow>(`/api/guests?q=${query}`)).rows
    await expect.poll(async () => (await find()).length, { timeout: 120_000 }).toBe(1)
    const [row] = await find()
    const guest = await api<GuestDetail>(`/api/guests/${row?.id}`)
    const target = guest.snapshots.find((snapshot) => snapshot.name === 'state_b')

    // What is read is true and has its age: nothing is called stale.
    await page.goto(`/guests/${guest.id}?snapshot=${target?.id}`)
    await expect(page.getByText('The cluster has no quorum').first()).toBeVisible()
    await expect(page.getByText(/Bring the missing nodes back/).first()).toBeVisible()
    await expect(page.getByRole('row', { name: /^state_b/ })).toBeVisible()
    expect(guest).toMatchObject({ stale: false, changesRefused: { code: 'no-quorum' } })
    const details = page.getByRole('complementary', { name: 'Snapshot details' })
    for (const button of [/^Roll back/, /^Delete/]) {
      await expect(details.getByRole('button', { name: button })).toHaveAttribute('aria-disabled', 'true')
    }
    await expect(page.getByRole('button', { name: /^Take snapshot/ })).toHaveAttribute('aria-disabled', 'true')
    await expectAccessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(page)
    await page.setViewportSize({ width: 1280, height: 720 })

    // Whoever has the link of a flow is refused with the same reason, and nothing can be confirmed.
    await page.goto(`/guests/${guest.id}/rollback/${target?.id}`)
    await expect(page.getByText('The hypervisor takes no changes now')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText(/Bring the missing nodes back/).first()).toBeVisible()
    await expect(page.getByRole('button', { name: 'Continue to confirm' })).toHaveAttribute('aria-disabled', 'true')
    await expectAccessible(page)
    await page.goto('/connections')
    // By its link: another run's connection may begin with the same name.
    const connection = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    await expect(connection.getByText('The cluster has no quorum')).toBeVisible()
    expect(await lab.ask('GET', '/nodes/pve1/qemu/102/config')).not.toHaveProperty('lock')
    expect(await lab.ask('GET', '/nodes/pve1/tasks?vmid=102')).toEqual([])

    // The page notices by itself that the others are back.
    await page.goto(`/guests/${guest.id}?snapshot=${target?.id}`)
    await expect(page.getByText('The cluster has no quorum').first()).toBeVisible()
    await lab.onNode('regain-quorum')
    await expect(page.getByText('The cluster has no quorum')).toHaveCount(0, { timeout: BACK })
    await expect(details.getByRole('button', { name: /^Roll back/ })).not.toHaveAttribute('aria-disabled', 'true')
  } finally {
    await page.goto('/connections')
    await page.getByRole('link', { name, exact: true }).first().click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: `Remove ${name}` }).click()
    await expect(page).toHaveURL(/\/connections$/)
    lab.stop()
  }
})
