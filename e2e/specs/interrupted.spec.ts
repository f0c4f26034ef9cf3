/** Operations that do not run through: stopped between two steps, and ended without proof. Each on a host of its own. */
import { snapshotTree } from '../labs/libvirt/oracle'
import { agree, DONE, guestOf, makeGuests, operationOn, ownName, PLANNED, primary } from '../support/flows'
import { askForSnapshot, test, whileDeleting } from '../support/own-host'
import { choose, expect, expectAccessible, expectNoSidewaysScroll } from '../support/test'

test('stops between two steps when asked: what is done stays done, and a new plan does the rest', async ({
  page,
  api,
  own,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('stopped-between')
  const snapshots = ['s1', 's2', 's3']
  await makeGuests(own.lab, world.data, [{ name, snapshots, running: true }], own.connection)
  const { id: guestId } = await guestOf(api, name, own.connection)
  await whileDeleting({ page, api }, { lab: own.lab, name, guestId, snapshots: 3 }, async () => {
    await primary(page, 'Stop before step 2').click()
    await expect(page.getByText(/^Stop asked by/)).toBeVisible()
    await expectAccessible(page)
  })
  await expect(page.getByRole('heading', { name: 'Stopped before step 2, 1 of 3 done' })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  expect((await operationOn(api, page)).state).toBe('cancelled')
  const left = (await snapshotTree(own.lab, name)).names
  expect(left).toHaveLength(2)
  // The rest, as a plan to look at.
  await primary(page, 'Plan it again').click()
  await page.waitForURL(/\/plans\//)
  await agree(page, 'Delete 2 snapshots')
  await expect(page.getByRole('heading', { name: /current data stayed/ })).toBeVisible({ timeout: DONE })
  expect((await snapshotTree(own.lab, name)).names).toEqual([])
})

test('ends without proof when somebody else took a snapshot meanwhile; looking again proves it once that is gone', async ({
  page,
  api,
  own,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('ended-unproven')
  const snapshots = ['s1', 's2', 's3']
  await makeGuests(own.lab, world.data, [{ name, snapshots, running: true }], own.connection)
  const { id: guestId } = await guestOf(api, name, own.connection)
  let intruder: Promise<void> = Promise.resolve()
  await whileDeleting({ page, api }, { lab: own.lab, name, guestId, snapshots: 3 }, async () => {
    // Waits in libvirt behind the first deletion, and comes before the second.
    intruder = (await askForSnapshot(own.lab, name, 'intruder')).done
  })
  await intruder
  await expect(page.getByRole('heading', { name: /could not be proven/ })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  await primary(page, 'Look again').click()
  await expect(page.getByText(/^Looked again: what is in question could not be proven/)).toBeVisible({
    timeout: PLANNED,
  })
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.reload()
  await expect(page.getByRole('button', { name: '重新查看' })).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await own.lab.expectVirsh('snapshot-delete', name, 'intruder')
  await page.getByRole('button', { name: '重新查看' }).click()
  await expect(page.getByRole('button', { name: '重新查看' })).toBeHidden({ timeout: PLANNED })
  expect(await operationOn(api, page)).toMatchObject({ state: 'succeeded', predictedMatches: true, attention: null })
  expect((await snapshotTree(own.lab, name)).names).toEqual([])
})
