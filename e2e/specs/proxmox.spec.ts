/** A Proxmox VE cluster beside the libvirt host: the same pages, the same filter, and what only Proxmox VE tells. */
import type { GuestWindow } from '@/lib/domain/view'
import { addProxmox, startProxmoxProcess } from '../support/proxmox-lab'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, NOT_FOUND, test } from '../support/test'

const NAME = 'pve-lab'

test('a cluster is read, shown like any source, and followed', async ({ page, api, world, tolerate }) => {
  tolerate(NOT_FOUND)
  test.setTimeout(400_000)
  const lab = await startProxmoxProcess(world.data, NAME)
  try {
    await addProxmox(world.data, NAME, lab, 'observe')
    const listed = async () => (await api<GuestWindow>('/api/guests?q=connection%3Apve-lab')).total
    await expect.poll(listed, { timeout: 120_000 }).toBe(12)

    await page.goto(`/guests?q=connection%3A${NAME}`)
    const grid = page.getByRole('grid', { name: 'Guests' })
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(grid.getByRole('link', { name: 'ct201' })).toBeVisible()
    await grid.getByRole('link', { name: 'db01' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'db01' })).toBeVisible()
    await expect(page.getByText(/Backed up/)).toBeVisible()
    for (const name of ['state_a', 'state_b', 'state_c']) {
      await expect(page.getByRole('treegrid').getByText(name, { exact: true })).toBeVisible()
    }
    await expect(page.getByText('You are here')).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(page)
    await page.setViewportSize({ width: 1280, height: 720 })

    // Taken on the node itself: the page hears of it without being asked.
    await lab.ask('POST', '/nodes/pve1/qemu/102/snapshot?snapname=taken_outside')
    await expect(page.getByRole('treegrid').getByText('taken_outside', { exact: true })).toBeVisible({
      timeout: 60_000,
    })

    await choose(page, { language: 'zh-CN', theme: 'dark' })
    await page.reload()
    await expectAccessible(page)
    await choose(page, { language: 'en', theme: 'light' })
    await page.goto('/storage')
    await expect(page.getByText('chain1').first()).toBeVisible()
    await expect(page.getByText('offline1').first()).toBeVisible()
    await expectAccessible(page)
  } finally {
    await page.goto('/connections')
    await page.getByRole('link', { name: NAME }).first().click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: `Remove ${NAME}` }).click()
    await expect(page).toHaveURL(/\/connections$/)
    lab.stop()
  }
})
