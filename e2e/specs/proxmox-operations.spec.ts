/** The guided flows on Proxmox VE: what the page says is compared with what the laboratory itself holds. */
import type { Page } from '@playwright/test'
import type { GuestWindow } from '@/lib/domain/view'
import { guestOf, ownName } from '../support/flows'
import { addProxmox, type ProxmoxProcess, startProxmoxProcess } from '../support/proxmox-lab'
import { expect, expectAccessible, expectNoSidewaysScroll, NOT_FOUND, test } from '../support/test'

const NAME = 'pve-flows'
/** A whole operation in the laboratory's own time, from confirm to proof. */
const DONE = 180_000

/** A lock nobody works under counts as left behind after a while, and is then read once more. */
const LOCK_LEFT = 240_000

const CONTAINER_DISK = 'btr1:201/subvol-201-disk-0.subvol'

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
  tolerate,
}) => {
  tolerate(NOT_FOUND)
  test.setTimeout(600_000)
  const lab = await startProxmoxProcess(world.data, NAME)
  try {
    await addProxmox(world.data, NAME, lab, 'operate')
    const listed = async () => (await api<GuestWindow>(`/api/guests?q=connection%3A${NAME}`)).total
    await expect.poll(listed, { timeout: 120_000 }).toBe(12)

    await test.step('a machine goes back, with today’s state kept and today’s tags put back', async () => {
      await lab.ask('PUT', '/nodes/pve1/qemu/102/config?tags=crm%3Bgold')
      const guest = await guestOf(api, 'db01', NAME)
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
      const shown = await guestOf(api, 'db01', NAME)
      expect(shown.snapshots.find(({ id }) => id === shown.currentParentId)?.name).toBe('state_b')
    })

    await test.step('a snapshot others stand on is deleted on a phone, and they stay', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      const guest = await guestOf(api, 'db01', NAME)
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
      const guest = await guestOf(api, 'ct201', NAME)
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
    await removeConnection(page, NAME)
    lab.stop()
  }
})

async function removeConnection(page: Page, name: string): Promise<void> {
  await page.goto('/connections')
  await page.getByRole('link', { name, exact: true }).first().click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: `Remove ${name}` }).click()
  await expect(page).toHaveURL(/\/connections$/)
}

test('a lock that a failed rollback or deletion left is explained and waited for, and never leads to a start', async ({
  page,
  api,
  world,
  tolerate,
}) => {
  tolerate(NOT_FOUND)
  test.setTimeout(900_000)
  const name = ownName('pve-locks')
  const disk = 'dir1:102/vm-102-disk-0.qcow2'
  const lab = await startProxmoxProcess(world.data, name)
  const configOf = async () => (await lab.ask('GET', '/nodes/pve1/qemu/102/config')) as { lock?: string }
  try {
    await addProxmox(world.data, name, lab, 'operate')
    const listed = async () => (await api<GuestWindow>(`/api/guests?q=connection%3A%3D${name}`)).total
    await expect.poll(listed, { timeout: 120_000 }).toBe(12)
    const guest = await guestOf(api, 'db01', name)
    const idOf = (snapshot: string) => guest.snapshots.find((each) => each.name === snapshot)?.id

    // First of all, so that its lock grows old together with the next one's.
    const container = await guestOf(api, 'ct201', name)
    const halted =
      await test.step('a container’s rollback stops half-way, too, and is told its own command', async () => {
        await lab.onNode(`lose-state ${CONTAINER_DISK} ct_b`)
        const target = container.snapshots.find((each) => each.name === 'ct_b')
        await page.goto(`/guests/${container.id}/rollback/${target?.id}`)
        await agree(page, 'Roll back ct201')
        await expect(page.getByRole('heading', { name: 'What to do' })).toBeVisible({ timeout: DONE })
        await expect(page.getByText('pct unlock 201', { exact: true })).toBeVisible({ timeout: DONE })
        await expect(page.getByRole('button', { name: 'Finish the same rollback' })).toBeDisabled()
        await expectNoStart(page)
        return page.url()
      })

    await test.step('a rollback that stops half-way leaves its lock, and is finished once the node has removed it', async () => {
      await lab.onNode(`lose-state ${disk} state_b`)
      await page.goto(`/guests/${guest.id}/rollback/${idOf('state_b')}`)
      await agree(page, 'Roll back db01')
      await expect(page.getByRole('heading', { name: 'What to do' })).toBeVisible({ timeout: DONE })
      expect((await configOf()).lock).toBe('rollback')
      await expect(page.getByText('qm unlock 102', { exact: true })).toBeVisible({ timeout: DONE })
      await expect(page.getByText('Wait until the lock is gone')).toBeVisible()
      await expect(page.getByText('Restore a backup')).toBeVisible()
      await expectNoStart(page)
      await expectAccessible(page)
      const finish = page.getByRole('button', { name: 'Finish the same rollback' })
      await expect(finish).toBeDisabled()

      const operation = page.url()
      await page.goto(`/guests/${guest.id}/doctor`)
      await expect(page.getByText('The guest is locked: rollback')).toBeVisible({ timeout: LOCK_LEFT })
      await expect(page.getByText(/Do not start the guest before/)).toBeVisible()
      await expect(page.getByText('qm unlock 102', { exact: true })).toBeVisible()
      await expect(page.getByText('Unlock the guest')).toHaveCount(0)
      await expectNoStart(page)
      await expectAccessible(page)

      await page.goto(operation)
      await expect(page.getByText('Wait until the lock is gone')).toBeVisible()
      await lab.onNode(`restore-state ${disk} state_b`)
      await lab.onNode('qm unlock 102')
      await expect(page.getByText('The lock is gone')).toBeVisible({ timeout: DONE })
      await expect(page.getByText('qm unlock 102', { exact: true })).toBeHidden()
      await expectNoStart(page)
      await finish.click()
      await page.waitForURL(/\/plans\//)
      await agree(page, 'Roll back db01')
      await expect(page.getByRole('heading', { name: 'db01 is back at state_b' })).toBeVisible({ timeout: DONE })
      expect((await treeOf(lab, 'qemu/102')).current).toBe('state_b')
      expect(await configOf()).not.toHaveProperty('lock')
    })

    await test.step('the container’s lock is found by its doctor, and its rollback finished once it is gone', async () => {
      await page.goto(`/guests/${container.id}/doctor`)
      await expect(page.getByText('The guest is locked: rollback')).toBeVisible({ timeout: LOCK_LEFT })
      await expect(page.getByText('pct unlock 201', { exact: true })).toBeVisible()
      await expect(page.getByText(/qm unlock/)).toHaveCount(0)
      await expectNoStart(page)
      await lab.onNode(`restore-state ${CONTAINER_DISK} ct_b`)
      await lab.onNode('pct unlock 201')
      await expect(page.getByText('The guest is locked: rollback')).toBeHidden({ timeout: DONE })
      await page.goto(halted)
      await expect(page.getByText('The lock is gone')).toBeVisible({ timeout: DONE })
      await page.getByRole('button', { name: 'Finish the same rollback' }).click()
      await page.waitForURL(/\/plans\//)
      await agree(page, 'Roll back ct201')
      await expect(page.getByRole('heading', { name: 'ct201 is back at ct_b' })).toBeVisible({ timeout: DONE })
      expect((await treeOf(lab, 'lxc/201')).current).toBe('ct_b')
      expect(await lab.ask('GET', '/nodes/pve1/lxc/201/config')).not.toHaveProperty('lock')
    })

    await test.step('a deletion that stops half-way leaves a lock and an entry; both go, one after the other', async () => {
      await lab.onNode(`lose-state ${disk} state_c`)
      await page.goto(`/guests/${guest.id}/delete?snapshots=${idOf('state_c')}`)
      await agree(page, 'Delete 1 snapshot')
      await expect(page.getByRole('heading', { name: 'What to do' })).toBeVisible({ timeout: DONE })
      expect((await configOf()).lock).toBe('snapshot-delete')
      await expectNoStart(page)

      await page.goto(`/guests/${guest.id}/doctor`)
      await expect(page.getByText('The guest is locked: snapshot-delete')).toBeVisible({ timeout: LOCK_LEFT })
      await expect(page.getByText('state_c is half-made or half-deleted')).toBeVisible()
      await expect(page.getByText('qm unlock 102', { exact: true })).toBeVisible()
      await expectNoStart(page)
      await expectAccessible(page)
      await lab.onNode('qm unlock 102')
      await expect(page.getByText('The guest is locked: snapshot-delete')).toBeHidden({ timeout: DONE })
      const line = page.getByRole('listitem').filter({ hasText: 'Remove the entry of state_c' }).last()
      await line.getByRole('button', { name: 'Plan this repair' }).click()
      await page.waitForURL(/\/plans\//)
      await agree(page, 'Start the repair')
      await expect(page.getByRole('heading', { name: 'db01 is repaired' })).toBeVisible({ timeout: DONE })
      expect((await treeOf(lab, 'qemu/102')).names).not.toContain('state_c')
      expect(await configOf()).not.toHaveProperty('lock')
      await page.goto(`/guests/${guest.id}/doctor`)
      await expect(page.getByText('state_c is half-made or half-deleted')).toBeHidden()
    })
  } finally {
    await removeConnection(page, name)
    lab.stop()
  }
})

/** A guest whose disks may stand at two points in time is not started by anything this page offers. */
async function expectNoStart(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: /^start/i })).toHaveCount(0)
  await expect(page.getByText(/(qm|pct) start/)).toHaveCount(0)
}
