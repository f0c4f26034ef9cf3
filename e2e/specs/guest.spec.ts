/** A guest's page against the hypervisor behind it. */
import type { Page } from '@playwright/test'
import type { ShowcaseKey } from '../labs/libvirt/expected'
import { snapshotTree } from '../labs/libvirt/oracle'
import { expect, guestIdOf, test } from '../support/test'

/** Opens the guest with this name. */
async function openGuest(page: Page, api: <T>(path: string) => Promise<T>, name: string): Promise<void> {
  await page.goto(`/guests/${await guestIdOf(api, name)}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
}

/** Names and parents as the treegrid tells them to a screen reader: by level and order. */
async function readTree(page: Page): Promise<Record<string, string | null>> {
  const rows = await page
    .getByRole('treegrid')
    .locator('[role=row][aria-level]')
    .evaluateAll((elements) =>
      elements.map((element) => ({
        level: Number(element.getAttribute('aria-level')),
        name: element.querySelector('.sw-tree-name > .name')?.textContent ?? null,
        current: element.getAttribute('aria-current') === 'true',
      })),
    )
  const parents: Record<string, string | null> = {}
  const path: (string | null)[] = []
  for (const row of rows) {
    path.length = row.level - 1
    // Level 1 is the base disk; what hangs on it has no parent snapshot.
    const parent = row.level <= 2 ? null : (path[row.level - 2] ?? null)
    if (!row.current && row.level > 1 && row.name !== null) parents[row.name] = parent
    path[row.level - 1] = row.level === 1 ? null : row.name
  }
  return parents
}

const TREES: ShowcaseKey[] = ['linear', 'branches', 'memory', 'external', 'deep', 'hostileNames', 'mixed']

for (const key of TREES) {
  test(`the tree of the guest "${key}" is the one virsh draws`, async ({ page, api, host }) => {
    const { name } = host.showcase.guests[key]
    await openGuest(page, api, name)
    const truth = await snapshotTree(host.lab, name)
    await expect.poll(() => readTree(page)).toEqual(truth.parents)
  })
}

test('the current state stands on the snapshot libvirt calls current', async ({ page, api, host }) => {
  const { name, current } = host.showcase.guests.branches
  await openGuest(page, api, name)
  await expect(page.locator('[role=row][aria-current=true]')).toContainText(`since ${current}`)
})

test('snapshot data that libvirt does not list is shown as unmanaged', async ({ page, api, host }) => {
  const guest = host.showcase.guests.unmanaged
  await openGuest(page, api, guest.name)
  for (const name of guest.unmanaged.flatMap((disk) => disk.names)) {
    await expect(page.getByRole('row', { name: new RegExp(name) }).getByText('unmanaged')).toBeVisible()
  }
})

test('a foreign name is text, whatever is in it', async ({ page, api, host }) => {
  const { name } = host.showcase.guests.hostileNames
  let ran = false
  page.on('dialog', () => {
    ran = true
  })
  await openGuest(page, api, name)
  await expect(page.getByRole('treegrid')).toBeVisible()
  expect(ran).toBe(false)
})

test('the tree is worked by keyboard alone', async ({ page, api, host }) => {
  const { name } = host.showcase.guests.linear
  await openGuest(page, api, name)
  const rows = page.getByRole('treegrid').locator('[role=row][aria-level]')
  await rows.last().focus()
  await page.keyboard.press('Home')
  await expect(rows.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(rows.nth(1)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeVisible()
  await expect(page).toHaveURL(/\?snapshot=/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeHidden()
})

test('details tell what is held, in which files, and what changed since', async ({ page, api, host }) => {
  const guest = host.showcase.guests.external
  await openGuest(page, api, guest.name)
  const [snapshot] = guest.snapshots
  await page.getByRole('row', { name: new RegExp(`^${snapshot?.name}`) }).click()
  const details = page.getByRole('complementary', { name: 'Snapshot details' })
  await expect(details.getByRole('heading', { name: snapshot?.name ?? '' })).toBeVisible()
  const overlay = snapshot?.disks[0]?.overlay ?? ''
  await expect(details.getByText(overlay)).toBeVisible()
  await expect(details.getByRole('heading', { name: 'Configuration, then and now' })).toBeVisible()
  // The worker is asked, and one who looks at a drawer is told after ten seconds that it is busy: they ask again.
  await expect(async () => {
    const again = details.getByRole('button', { name: 'Try again' })
    if (await again.isVisible()) await again.click()
    await expect(details.getByText(/change|same/).first()).toBeVisible({ timeout: 11_000 })
  }).toPass({ timeout: 60_000 })
})
