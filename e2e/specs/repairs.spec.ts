/** What others left behind: merged, discarded or listed again by plan, and libvirt agrees each time. */
import { snapshotTree } from '../labs/libvirt/oracle'
import { agree, DONE, guestOf, makeGuests, ownName, PLANNED, primary } from '../support/flows'
import { expect, expectAccessible, test } from '../support/test'
import { HOST, runIn } from '../support/world'

test('an overlay no snapshot explains is merged away, drawn before and after, and the guest runs on', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('repair-merge')
  await makeGuests(host.lab, world.data, [{ name, running: true }])
  const images = async () => (await host.lab.expectVirsh('domblklist', name)).trim()
  const before = await images()
  await host.lab.expectVirsh('snapshot-create-as', name, 'backup-tool', '--disk-only', '--no-metadata')
  expect(await images()).toContain('.backup-tool')
  await runIn(world.data, ['collect', HOST])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}/merge`)
  await expect(page.getByText(/has no snapshot that explains it/)).toBeVisible()
  await expectAccessible(page)
  await primary(page, 'Run the checks').click()
  await expect(page.getByRole('img', { name: /goes|stays/ }).first()).toBeVisible({ timeout: PLANNED })
  await expect(page.getByText('2 → 1 images')).toBeVisible()
  await primary(page, 'Show what each step does').click()
  await expect(page.getByText(/virsh blockcommit/).first()).toBeVisible()
  await expectAccessible(page)
  await agree(page, 'Merge the chain')
  await expect(page.getByRole('heading', { name: `The chain of ${name} is merged` })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  expect(await images()).toBe(before)
  expect((await host.lab.expectVirsh('domstate', name)).trim()).toBe('running')
})

test('memory saved on the host is found by the doctor and discarded by a plan', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  const name = ownName('repair-memory')
  await makeGuests(host.lab, world.data, [{ name, running: true }])
  await host.lab.expectVirsh('managedsave', name)
  await runIn(world.data, ['collect', HOST])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}/doctor`)
  await expect(page.getByText('Memory of this guest is saved on the host').first()).toBeVisible()
  await expectAccessible(page)
  await primary(page, 'Plan this repair').first().click()
  await page.waitForURL(/\/plans\//)
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await expectAccessible(page)
  await agree(page, 'Start the repair')
  await expect(page.getByRole('heading', { name: `${name} is repaired` })).toBeVisible({ timeout: DONE })
  await expectAccessible(page)
  expect(await host.lab.expectVirsh('dominfo', name)).toMatch(/Managed save:\s+no/)
})

test('data without its entry is listed again, and then it is a snapshot like any other', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('repair-adopt')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['lost'] }])
  await host.lab.expectVirsh('snapshot-delete', name, 'lost', '--metadata')
  await runIn(world.data, ['collect', HOST])
  expect((await snapshotTree(host.lab, name)).names).toEqual([])
  const guest = await guestOf(api, name)
  await page.goto(`/guests/${guest.id}/doctor`)
  await expect(page.getByText('lost is data without an entry')).toBeVisible()
  const line = page.getByRole('listitem').filter({ hasText: 'List lost again' }).last()
  await line.getByRole('button', { name: 'Plan this repair' }).click()
  await page.waitForURL(/\/plans\//)
  await agree(page, 'Start the repair')
  await expect(page.getByRole('heading', { name: `${name} is repaired` })).toBeVisible({ timeout: DONE })
  expect((await snapshotTree(host.lab, name)).names).toEqual(['lost'])
  // The guest's own page knows it again, without a word of the doctor.
  await page.goto(`/guests/${guest.id}`)
  await expect(page.getByRole('row', { name: /^lost/ })).toBeVisible()
  await page.goto(`/guests/${guest.id}/doctor`)
  await expect(page.getByText('Nothing wrong was found')).toBeVisible()
})

test('a merge that nobody finished is finished on one guest and given up on another, as libvirt says too', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const ends = [
    { name: ownName('repair-pivot'), repair: 'Finish the block job of vda', onOverlay: false },
    { name: ownName('repair-abort'), repair: 'Give up the block job of vda', onOverlay: true },
  ]
  await makeGuests(
    host.lab,
    world.data,
    ends.map(({ name }) => ({ name, running: true })),
  )
  for (const { name } of ends) {
    await host.lab.expectVirsh('snapshot-create-as', name, 'left-over', '--disk-only', '--no-metadata')
    // Without --pivot the copy catches up and then stands there, writing twice, until somebody decides.
    await host.lab.expectVirsh('blockcommit', name, 'vda', '--active', '--wait')
  }
  await runIn(world.data, ['collect', HOST])
  for (const { name, repair, onOverlay } of ends) {
    const guest = await guestOf(api, name)
    await page.goto(`/guests/${guest.id}/doctor`)
    await expect(page.getByText('A merge of vda was never finished')).toBeVisible()
    await expectAccessible(page)
    const line = page.getByRole('listitem').filter({ hasText: repair }).last()
    await line.getByRole('button', { name: 'Plan this repair' }).click()
    await page.waitForURL(/\/plans\//)
    await agree(page, 'Start the repair')
    await expect(page.getByRole('heading', { name: `${name} is repaired` })).toBeVisible({ timeout: DONE })
    expect(await host.lab.expectVirsh('blockjob', name, 'vda')).toContain('No current block job')
    const images = await host.lab.expectVirsh('domblklist', name)
    expect(images.includes('.left-over'), images).toBe(onOverlay)
    expect((await host.lab.expectVirsh('domstate', name)).trim()).toBe('running')
    await page.goto(`/guests/${guest.id}/doctor`)
    await expect(page.getByText('A merge of vda was never finished')).toBeHidden()
  }
})

test('a file that nothing refers to is shown among the contents of its storage, and goes by a plan', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('repair-leftover')
  const file = `${name}.left-over.qcow2`
  await makeGuests(host.lab, world.data, [{ name }])
  await host.lab.expectVirsh('vol-create-as', 'default', file, '1M', '--format', 'qcow2')
  await runIn(world.data, ['collect', HOST])
  const { storages } = await guestOf(api, name)
  await page.goto(`/storage/${storages[0]?.id}`)
  await page.getByRole('radio', { name: 'Orphaned only' }).check({ force: true })
  const row = page.getByRole('row').filter({ hasText: file })
  await expect(row).toBeVisible({ timeout: PLANNED })
  await expectAccessible(page)
  await row.getByRole('button', { name: `Plan deletion of ${file}` }).click()
  await page.waitForURL(/\/plans\//, { timeout: PLANNED })
  await expect(page.getByText(`Delete ${file}`).first()).toBeVisible()
  await agree(page, 'Start the repair')
  await expect(page.getByRole('heading', { name: `${name} is repaired` })).toBeVisible({ timeout: DONE })
  expect(await host.lab.expectVirsh('vol-list', 'default')).not.toContain(file)
  // Its disk is no leftover, and stayed.
  expect((await host.lab.expectVirsh('domblklist', name)).trim()).toContain('.qcow2')
})
