/** A rollback by keyboard alone, on a phone with its way back, and by two people at once. */
import { randomBytes } from 'node:crypto'
import type { Browser, BrowserContext } from '@playwright/test'
import { snapshotTree } from '../labs/libvirt/oracle'
import { untilAlive } from '../support/alive'
import {
  agree,
  agreeByKeys,
  arrowTo,
  consent,
  DONE,
  expectThumbButton,
  guestOf,
  makeGuests,
  ownName,
  PLANNED,
  primary,
  standsOn,
  tabTo,
} from '../support/flows'
import { runCommand } from '../support/installation'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'
import type { World } from '../support/world'

test('a guest goes back by keyboard alone, from the tree to the verdict', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  const name = ownName('back-by-keys')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['first', 'second'] }])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}`)
  const row = page.getByRole('row', { name: /^first/ })
  await expect(row).toBeVisible()
  const treeAt = page.getByRole('treegrid').locator('[tabindex="0"]').first()
  await tabTo(page, treeAt)
  await page.keyboard.press('Home')
  await arrowTo(page, /^first/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeVisible()
  await page.keyboard.press('r')
  await page.waitForURL(/\/rollback\//)
  await agreeByKeys(page, new RegExp(`^${name} goes back`), `Roll back ${name}`)
  await expect(page.getByRole('heading', { name: `${name} is back at first` })).toBeVisible({ timeout: DONE })
  expect((await snapshotTree(host.lab, name)).current).toBe('first')
  const works = page.getByRole('checkbox', { name: /service in the guest/ })
  await tabTo(page, works)
  await page.keyboard.press('Space')
  await expect(works).toBeChecked()
  await tabTo(page, primary(page, 'All good, close'))
  await page.keyboard.press('Enter')
  await expect(page.getByText(/Closed as good by/)).toBeVisible()
  await expectAccessible(page)
})

test('a guest goes back on a phone, and comes back from there by its safety snapshot', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  await page.setViewportSize({ width: 390, height: 844 })
  const name = ownName('back-by-thumb')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['first', 'second'] }])
  const guest = await guestOf(api, name)
  const target = guest.snapshots.find((snapshot) => snapshot.name === 'first')
  await page.goto(`/guests/${guest.id}/rollback/${target?.id}`)
  await expect(page.getByText('Step 2 of 5, Checks')).toBeVisible()
  await expectThumbButton(page, 'Continue to confirm')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await consent(page)
  await expectThumbButton(page, `Roll back ${name}`)
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await primary(page, `Roll back ${name}`).click()
  await page.waitForURL(/\/operations\/[0-9a-f-]+$/, { timeout: PLANNED })
  await expect(page.getByRole('heading', { name: `${name} is back at first` })).toBeVisible({ timeout: DONE })
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  const after = await snapshotTree(host.lab, name)
  expect(after.current).toBe('first')
  const [safety] = after.names.filter((each) => !['first', 'second'].includes(each))
  expect(safety).toBeDefined()
  // What was kept before is the way back.
  await page.getByRole('link', { name: 'Undo this rollback' }).click()
  await page.waitForURL(/\/rollback\//)
  await agree(page, `Roll back ${name}`)
  await expect(page.getByRole('heading', { name: `${name} is back at ${safety}` })).toBeVisible({ timeout: DONE })
  expect((await snapshotTree(host.lab, name)).current).toBe(safety)
  await expect.poll(() => standsOn(api, name)).toBe(safety)
})

test('two people confirm the same plan: one operation runs, and both are led to it', async ({
  page,
  browser,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('back-by-two')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['first', 'second'] }])
  const guest = await guestOf(api, name)
  const target = guest.snapshots.find((snapshot) => snapshot.name === 'first')
  await page.goto(`/guests/${guest.id}/rollback/${target?.id}`)
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expect.poll(() => new URL(page.url()).searchParams.get('plan')).not.toBeNull()
  const other = await signInSecond(browser, world)
  try {
    const second = await other.newPage()
    await second.goto(page.url())
    await untilAlive(second)
    await consent(page)
    await consent(second)
    const button = `Roll back ${name}`
    await Promise.all([primary(page, button).click(), primary(second, button).click()])
    await Promise.all([page, second].map((each) => each.waitForURL(/\/operations\/[0-9a-f-]+$/, { timeout: PLANNED })))
    expect(second.url()).toBe(page.url())
    for (const each of [page, second]) {
      await expect(each.getByRole('heading', { name: `${name} is back at first` })).toBeVisible({ timeout: DONE })
    }
  } finally {
    await other.close()
  }
  const tree = await snapshotTree(host.lab, name)
  expect(tree.current).toBe('first')
  // One rollback, so one safety snapshot.
  expect(tree.names).toHaveLength(3)
})

/** Another administrator, signed in elsewhere. */
async function signInSecond(browser: Browser, { url, data }: World): Promise<BrowserContext> {
  const email = `${ownName('second')}@snapwarden.test`
  const password = randomBytes(12).toString('base64url')
  await runCommand(['admin', 'create', '--email', email, '--password-stdin', '--data', data], password)
  const context = await browser.newContext({ baseURL: url, storageState: { cookies: [], origins: [] } })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await untilAlive(page)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email)
  await page.locator('input[name=password]').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${url}/`)
  await page.close()
  return context
}
