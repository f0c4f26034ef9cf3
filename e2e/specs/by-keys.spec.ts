/** A deletion and a merge by keyboard alone, from the tree to the verdict; virsh is asked what became of it. */
import { snapshotTree } from '../labs/libvirt/oracle'
import { agreeByKeys, arrowTo, DONE, guestOf, makeGuests, ownName, PLANNED, primary, tabTo } from '../support/flows'
import { expect, expectAccessible, test } from '../support/test'
import { HOST, runIn } from '../support/world'

test('one snapshot is deleted by keyboard alone, from the tree to the verdict, and the others stay', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('delete-by-keys')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['first', 'second', 'third'] }])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}`)
  await expect(page.getByRole('row', { name: /^second/ })).toBeVisible()
  await tabTo(page, page.getByRole('treegrid').locator('[tabindex="0"]').first())
  await page.keyboard.press('Home')
  await arrowTo(page, /^second/)
  await page.keyboard.press('Enter')
  const details = page.getByRole('complementary', { name: 'Snapshot details' })
  await expect(details.getByRole('heading', { name: 'second' })).toBeVisible()
  await page.keyboard.press('Delete')
  await page.waitForURL(/\/delete\?/)
  await expect(page.getByRole('heading', { level: 1, name: `Delete 1 snapshot of ${name}` })).toBeVisible()
  await agreeByKeys(page, /^Current data stays\. You lose the way back to second/, 'Delete 1 snapshot')
  const verdict = page.getByRole('heading', { name: '1 snapshot is gone, current data stayed' })
  await expect(verdict).toBeVisible({ timeout: DONE })
  const after = await snapshotTree(host.lab, name)
  expect([after.names, after.current, after.parents]).toEqual([
    ['first', 'third'],
    'third',
    { first: null, third: 'first' },
  ])
  await expect(page.getByText('as predicted', { exact: true })).toBeVisible()
  await expectAccessible(page)
  await tabTo(page, page.getByRole('link', { name: 'Go to guest' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expect(page.getByRole('row', { name: /^third/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /^second/ })).toHaveCount(0)
})

test('a chain is merged under a running guest by keyboard alone, from the tree to the verdict', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('merge-by-keys')
  await makeGuests(host.lab, world.data, [{ name, running: true }])
  const images = async () => (await host.lab.expectVirsh('domblklist', name)).trim()
  const before = await images()
  for (const layer of ['tool-one', 'tool-two']) {
    await host.lab.expectVirsh('snapshot-create-as', name, layer, '--disk-only', '--no-metadata')
  }
  expect(await images()).toContain('.tool-two')
  await runIn(world.data, ['collect', HOST])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}`)
  await expect(primary(page, /^Plan merge/)).toBeEnabled()
  await page.keyboard.press('m')
  await page.waitForURL(/\/merge$/)
  await tabTo(page, primary(page, 'Run the checks'))
  await page.keyboard.press('Enter')
  await expect(page.getByText('3 → 1 images')).toBeVisible({ timeout: PLANNED })
  await agreeByKeys(page, new RegExp(`^Current data stays. ${name} reads through fewer files`), 'Merge the chain')
  await expect(page.getByRole('heading', { name: `The chain of ${name} is merged` })).toBeVisible({ timeout: DONE })
  expect(await images()).toBe(before)
  expect(await host.lab.expectVirsh('blockjob', name, 'vda')).toContain('No current block job')
  expect((await host.lab.expectVirsh('domstate', name)).trim()).toBe('running')
  expect(await host.lab.expectVirsh('dumpxml', name)).not.toMatch(/tool-(one|two)/)
  await expect(page.getByText('as predicted', { exact: true })).toBeVisible()
  await expectAccessible(page)
})
