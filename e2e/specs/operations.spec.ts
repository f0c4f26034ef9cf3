/** The guided flows, by keyboard and by thumb: what the page says is compared with what virsh says. */
import type { OperationWindow } from '@/lib/domain/operation'
import { snapshotTree } from '../labs/libvirt/oracle'
import {
  agree,
  DONE,
  expectThumbButton,
  guestOf,
  makeGuests,
  ownName,
  PLANNED,
  primary,
  standsOn,
} from '../support/flows'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'
import { HOST, runIn } from '../support/world'

test('a snapshot is taken by keyboard alone, and virsh lists it under the name that was promised', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('flow-take')
  await makeGuests(host.lab, world.data, [{ name }])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
  await page.keyboard.press('s')
  await page.waitForURL(/\/take$/)
  await page.getByLabel(/^Purpose/).focus()
  await page.keyboard.type('BeforeUpdate')
  await expectAccessible(page)
  await primary(page, 'Run the checks').focus()
  await page.keyboard.press('Enter')
  // The form tells a name too, of its own minute: the plan's is there once there is a plan.
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expect(page.getByText(/It will be called .*BeforeUpdate/)).toBeVisible()
  const promised = ((await page.getByText(/^It will be called/).textContent()) ?? '').replace('It will be called ', '')
  await expectAccessible(page)
  await primary(page, 'Continue to confirm').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing has changed yet.')).toBeVisible()
  await primary(page, 'Take the snapshot').focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/operations\/[0-9a-f-]+$/)
  await expect(page.getByRole('heading', { name: /has a way back to/ })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  expect((await snapshotTree(host.lab, name)).names).toEqual([promised])
  await expect(page.getByText('as predicted')).toBeVisible()
})

test('a guest goes back, and the page and virsh agree on where it is', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  const name = ownName('flow-rollback')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['first', 'second'] }])
  const guest = await guestOf(api, name)
  const target = guest.snapshots.find((snapshot) => snapshot.name === 'first')
  await page.goto(`/guests/${guest.id}?snapshot=${target?.id}`)
  await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeVisible()
  await page.keyboard.press('r')
  await page.waitForURL(/\/rollback\//)
  await expect(page.getByRole('heading', { name: 'What will happen' })).toBeVisible({ timeout: PLANNED })
  // Going back never loses input: the choice of the snapshot stands, and the checks come again.
  await primary(page, 'Back').click()
  await expect(page.getByRole('radio', { name: /first/ })).toBeChecked()
  await page.goBack()
  await agree(page, `Roll back ${name}`)
  // Reload-proof: whatever it says is read from the store.
  await page.reload()
  await expect(page.getByRole('heading', { name: `${name} is back at first` })).toBeVisible({ timeout: DONE })
  expect((await snapshotTree(host.lab, name)).current).not.toBeNull()
  await expect.poll(() => standsOn(api, name)).toBe('first')
  await page.getByRole('checkbox', { name: /service in the guest/ }).check()
  await primary(page, 'All good, close').click()
  await expect(page.getByText(/Closed as good by/)).toBeVisible()
  await expectAccessible(page)
})

test('a snapshot is deleted on a phone, with the button at the thumb', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  await page.setViewportSize({ width: 390, height: 844 })
  const name = ownName('flow-delete')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['keep-me', 'drop-me'] }])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}/delete`)
  await page.getByRole('checkbox', { name: /drop-me/ }).check()
  await expectNoSidewaysScroll(page)
  await primary(page, 'Run the checks').click()
  await expect(page.getByText('Step 2 of 5, Checks')).toBeVisible()
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expectThumbButton(page, 'Continue to confirm')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await agree(page, 'Delete 1 snapshot')
  await expect(page.getByRole('heading', { name: /1 snapshot is gone/ })).toBeVisible({ timeout: DONE })
  await expectNoSidewaysScroll(page)
  expect((await snapshotTree(host.lab, name)).names).toEqual(['keep-me'])
})

test('a held snapshot is protected from people, and says by whom', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  const name = ownName('flow-hold')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['precious'] }])
  const guest = await guestOf(api, name)
  const [snapshot] = guest.snapshots
  await page.goto(`/guests/${guest.id}?snapshot=${snapshot?.id}`)
  await primary(page, 'Hold').click()
  await page.getByLabel(/^Why/).fill('audit 2026')
  await primary(page, 'Hold it').click()
  await expect(page.getByText('audit 2026')).toBeVisible()
  await expect(primary(page, /^Delete/)).toHaveAttribute('aria-disabled', 'true')
  await primary(page, 'Release hold').click()
  await expect(primary(page, /^Delete/)).not.toHaveAttribute('aria-disabled', 'true')
  // Held again, and deleted by somebody who asks nobody: the guest's own page says what is lost and whose it was.
  await primary(page, 'Hold').click()
  await page.getByLabel(/^Why/).fill('audit 2027')
  await primary(page, 'Hold it').click()
  await expect(primary(page, 'Release hold')).toBeVisible()
  // Its details are closed: whoever reads those of a snapshot that goes is told that it is not there.
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: 'Snapshot details' })).toBeHidden()
  await host.lab.expectVirsh('snapshot-delete', name, 'precious')
  await runIn(world.data, ['collect', HOST])
  await expect(page.getByText(/^precious, held by .*audit 2027.*found gone/)).toBeVisible({ timeout: PLANNED })
  await expectAccessible(page)
})

test('the world moves between plan and consent: what is left is shown and asked for again', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('flow-changed')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['one', 'two'] }])
  const guest = await guestOf(api, name)
  const ids = guest.snapshots.map((snapshot) => snapshot.id).join(',')
  await page.goto(`/guests/${guest.id}/delete?snapshots=${ids}`)
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await primary(page, 'Continue to confirm').click()
  await host.lab.expectVirsh('snapshot-delete', name, 'two')
  await runIn(world.data, ['collect', HOST])
  // The page hears of it before anybody consents: what is left is planned, shown and asked for anew.
  await expect(page.getByRole('heading', { level: 1, name: `Delete 1 snapshot of ${name}` })).toBeVisible({
    timeout: 60_000,
  })
  // What differs is told, and the button that meant another plan does nothing before that was read.
  await expect(page.getByRole('alert').filter({ hasText: 'The world moved since you looked' })).toBeInViewport()
  await expect(page.getByText(/^No longer: Delete .*two/)).toBeVisible()
  const button = primary(page, /^Delete 1 snapshot$/)
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await expectAccessible(page)
  await page.getByRole('checkbox', { name: 'I have read what differs' }).check()
  await expect(button).not.toHaveAttribute('aria-disabled', 'true')
  expect((await snapshotTree(host.lab, name)).names).toEqual(['one'])
})

test('snapshots of two guests are deleted under one consent, each guest its own operation', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const names = ['flow-bulk-1', 'flow-bulk-2'].map(ownName)
  await makeGuests(
    host.lab,
    world.data,
    names.map((name) => ({ name, snapshots: ['old'] })),
  )
  const ids = await Promise.all(names.map(async (name) => (await guestOf(api, name)).id))
  await page.goto(`/delete?guests=${ids.join(',')}`)
  await primary(page, 'Select all').click()
  await primary(page, 'Run the checks').click()
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expectAccessible(page)
  await agree(page, 'Delete 2 snapshots')
  await expect(page.getByRole('heading', { name: '2 of 2 guests done' })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  for (const name of names) expect((await snapshotTree(host.lab, name)).names).toEqual([])
})

test('operations are listed with what became of them, in both languages', async ({ page, api }) => {
  await page.goto('/operations')
  await expect(page.getByRole('heading', { level: 1, name: 'Operations' })).toBeVisible()
  const { rows } = await api<OperationWindow>('/api/operations')
  if (rows.length > 0) await expect(page.getByRole('table', { name: 'Operations' })).toBeVisible()
  await expectAccessible(page)
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: '操作' })).toBeVisible()
  await expectAccessible(page)
})
