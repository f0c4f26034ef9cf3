/** The guided flows on Proxmox VE: what the page says is compared with what the laboratory itself holds. */
import type { Page } from '@playwright/test'
import type { GuestDetail, GuestWindow } from '@/lib/domain/view'
import { addProxmox, type ProxmoxProcess, startProxmoxProcess } from '../support/proxmox-lab'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'

const NAME = 'pve-flows'
/** A whole operation in the laboratory's own time, from confirm to proof. */
const DONE = 180_000

type Api = <T>(path: string) => Promise<T>

async function guestOf(api: Api, name: string): Promise<GuestDetail> {
  const { rows } = await api<GuestWindow>(`/api/guests?q=${encodeURIComponent(`name:=${name} connection:${NAME}`)}`)
  const [row] = rows
  if (row === undefined) throw new Error(`${name} is not in the inventory`)
  return api<GuestDetail>(`/api/guests/${row.id}`)
}

/** Snapshots and what the current state stands on, as the node says. */
async function treeOf(lab: ProxmoxProcess, path: string): Promise<{ names: string[]; current: string | null }> {
  const rows = (await lab.ask('GET', `/nodes/pve1/${path}/snapshot`)) as { name: string; parent?: string }[]
  return {
    names: rows
      .map(({ name }) => name)
      .filter((name) => name !== 'current')
      .sort(),
    current: rows.find(({ name }) => name === 'current')?.parent ?? null,
  }
}

/** From the checks to the confirmed operation; types the consent where it is asked for. */
async function agree(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Continue to confirm' }).click()
  await expect(page.getByRole('button', { name: button })).toBeVisible()
  const consent = page.getByLabel(/^Type .* to confirm/)
  if (await consent.isVisible()) await consent.fill((await page.locator('.sw-consent-text').textContent()) ?? '')
  await page.getByRole('button', { name: button }).click()
  await page.waitForURL(/\/operations\/[0-9a-f-]+$/)
}

test('machines and containers of a cluster go back and lose snapshots, as the page and the node both say', async ({
  page,
  api,
  world,
  complaints,
}) => {
  test.setTimeout(600_000)
  const lab = await startProxmoxProcess(world.data, NAME)
  try {
    await addProxmox(world.data, NAME, lab, 'operate')
    const listed = async () => (await api<GuestWindow>(`/api/guests?q=connection%3A${NAME}`)).total
    await expect.poll(listed, { timeout: 120_000 }).toBe(12)

    await test.step('a machine goes back, with today’s state kept and today’s tags put back', async () => {
      await lab.ask('PUT', '/nodes/pve1/qemu/102/config?tags=crm%3Bgold')
      const guest = await guestOf(api, 'db01')
      const target = guest.snapshots.find(({ name }) => name === 'state_b')
      await page.goto(`/guests/${guest.id}?snapshot=${target?.id}`)
      await expect(page.getByText('gold').first()).toBeVisible({ timeout: 60_000 })
      await page.keyboard.press('r')
      await page.waitForURL(/\/rollback\//)
      await expect(page.getByRole('heading', { name: 'What will happen' })).toBeVisible({ timeout: 60_000 })
      await expectAccessible(page)
      await agree(page, 'Roll back db01')
      await page.reload()
      await expect(page.getByRole('heading', { name: 'db01 is back at state_b' })).toBeVisible({ timeout: DONE })
      await expectAccessible(page)
      const { names, current } = await treeOf(lab, 'qemu/102')
      expect(current).toBe('state_b')
      expect(names.filter((name) => name.startsWith('before_rollback_'))).toHaveLength(1)
      expect(names).toEqual(expect.arrayContaining(['state_a', 'state_b', 'state_c']))
      expect(await lab.ask('GET', '/nodes/pve1/qemu/102/config')).toMatchObject({ tags: 'crm;gold', parent: 'state_b' })
      const shown = await guestOf(api, 'db01')
      expect(shown.snapshots.find(({ id }) => id === shown.currentParentId)?.name).toBe('state_b')
    })

    await test.step('a snapshot others stand on is deleted on a phone, and they stay', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      const guest = await guestOf(api, 'db01')
      await page.goto(`/guests/${guest.id}/delete`)
      await page.getByRole('checkbox', { name: /state_a/ }).check()
      await page.getByRole('button', { name: 'Run the checks' }).click()
      await expect(page.getByRole('button', { name: 'Continue to confirm' })).toBeEnabled({ timeout: 60_000 })
      await expectNoSidewaysScroll(page)
      await agree(page, 'Delete 1 snapshot')
      await expect(page.getByRole('heading', { name: /1 snapshot is gone/ })).toBeVisible({ timeout: DONE })
      await expectNoSidewaysScroll(page)
      const { names, current } = await treeOf(lab, 'qemu/102')
      expect(names).not.toContain('state_a')
      expect(names).toEqual(expect.arrayContaining(['state_b', 'state_c']))
      expect(current).toBe('state_b')
      await page.setViewportSize({ width: 1280, height: 720 })
    })

    await test.step('a container goes back', async () => {
      const before = await treeOf(lab, 'lxc/201')
      const [name = ''] = before.names
      const guest = await guestOf(api, 'ct201')
      const target = guest.snapshots.find((snapshot) => snapshot.name === name)
      await page.goto(`/guests/${guest.id}?snapshot=${target?.id}`)
      await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeVisible()
      await page.keyboard.press('r')
      await page.waitForURL(/\/rollback\//)
      await expect(page.getByRole('heading', { name: 'What will happen' })).toBeVisible({ timeout: 60_000 })
      await agree(page, 'Roll back ct201')
      await expect(page.getByRole('heading', { name: `ct201 is back at ${name}` })).toBeVisible({ timeout: DONE })
      expect((await treeOf(lab, 'lxc/201')).current).toBe(name)
    })
  } finally {
    await page.goto('/connections')
    await page.getByRole('link', { name: NAME }).first().click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: `Remove ${NAME}` }).click()
    await expect(page).toHaveURL(/\/connections$/)
    // The page that is being left may hear of the removal first and ask once more: 404 is the true answer.
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
    complaints.length = 0
    lab.stop()
  }
})
