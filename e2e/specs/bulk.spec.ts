/** A class of guests: one consent, one operation for each, and virsh says the same of every one of them. */
import { snapshotTree } from '../labs/libvirt/oracle'
import { agree, DONE, guestOf, makeGuests, ownName, PLANNED, primary, standsOn } from '../support/flows'
import { expect, expectAccessible, test } from '../support/test'

test('a class of guests gets a snapshot each and goes back to its baseline, each guest its own operation', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const names = ['class-1', 'class-2'].map(ownName)
  await makeGuests(
    host.lab,
    world.data,
    names.map((name) => ({ name, snapshots: ['Baseline'] })),
  )
  const ids = await Promise.all(names.map(async (name) => (await guestOf(api, name)).id))
  await page.goto(`/take?guests=${ids.join(',')}`)
  await page.getByLabel(/^Purpose/).fill('Lesson')
  await expectAccessible(page)
  await primary(page, 'Run the checks').click()
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expectAccessible(page)
  await agree(page, 'Take 2 snapshots')
  await expect(page.getByRole('heading', { name: '2 of 2 guests done' })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  for (const name of names) {
    const { names: listed } = await snapshotTree(host.lab, name)
    expect(listed).toHaveLength(2)
    expect(listed[1]).toMatch(/Lesson$/)
  }
  await page.goto(`/rollback?guests=${ids.join(',')}`)
  await page.getByLabel(/^Name of the snapshot/).fill('Baseline')
  await expectAccessible(page)
  await primary(page, 'Run the checks').click()
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expectAccessible(page)
  await agree(page, 'Roll back 2 guests')
  await expect(page.getByRole('heading', { name: '2 of 2 guests done' })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  for (const name of names) {
    await expect.poll(() => standsOn(api, name)).toBe('Baseline')
    expect((await snapshotTree(host.lab, name)).current).toBe('Baseline')
  }
  // Either guest leads to what was done to both.
  await page.goto('/operations')
  await page.getByRole('searchbox', { name: 'Guest, snapshot or person' }).fill(names[1] ?? '')
  await page.getByLabel('What').selectOption({ label: 'Roll back' })
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  const list = page.getByRole('table', { name: 'Operations' })
  await expect(list.getByRole('rowheader')).toHaveText([/^Roll back 2 guests/])
  await page.getByLabel('What').selectOption({ label: 'Anything' })
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(list.getByRole('rowheader')).toHaveText([/^Roll back 2 guests/, /^Take snapshots of 2 guests/])
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Needs you', exact: true }).click()
  await expect(page.getByText('No operation is like that')).toBeVisible()
  await page.getByRole('link', { name: 'Clear', exact: true }).click()
  await expect(page.getByRole('searchbox')).toHaveValue('')
})
