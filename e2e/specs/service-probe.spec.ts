/** What is asked of a guest's service after a rollback: said by keyboard, refused where it must be, seen on Verify. */
import { snapshotTree } from '../labs/libvirt/oracle'
import { agree, DONE, guestOf, makeGuests, operationOn, ownName, primary, tabTo } from '../support/flows'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'

/** Addresses for documentation: nobody has them, and nothing is asked of a guest that is off. */
const SERVICE = '192.0.2.20'

test('a service is named by keyboard, this machine is refused, and a rollback says what was asked', async ({
  page,
  api,
  host,
  world,
}) => {
  test.setTimeout(600_000)
  const name = ownName('asked-after')
  await makeGuests(host.lab, world.data, [{ name, snapshots: ['good'] }])
  const guest = await guestOf(api, name)
  const said = () => api<{ probe: Record<string, unknown> | null }>(`/api/guests/${guest.id}/service-probe`)
  await page.goto(`/guests/${guest.id}/configuration`)
  await expect(page.getByText(/Whether its service works again nobody asks yet/)).toBeVisible()
  await tabTo(page, primary(page, 'Ask a service'))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: `Asked after a rollback of ${name}` })
  await expect(dialog).toBeVisible()
  await expectAccessible(page)
  const address = dialog.getByLabel('Name or address')
  await tabTo(page, address)
  await page.keyboard.type('127.0.0.1')
  await tabTo(page, dialog.getByLabel('Port', { exact: true }))
  await page.keyboard.type('22')
  // Asked or saved: our own machine is no guest.
  await tabTo(page, dialog.getByRole('button', { name: 'Ask now' }))
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/127\.0\.0\.1:22 leads to 127\.0\.0\.1, this machine/)).toBeVisible()
  await tabTo(page, dialog.getByRole('button', { name: 'Save' }))
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/leads to 127\.0\.0\.1, this machine/)).toBeVisible()
  await expectAccessible(page)
  expect((await said()).probe).toBeNull()
  // A name is judged by where it leads, which the worker finds out.
  await tabTo(page, address, 'Shift+Tab')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('localhost')
  await tabTo(page, dialog.getByRole('button', { name: 'Ask now' }))
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/localhost:22 leads to .*, this machine/)).toBeVisible({ timeout: 60_000 })
  await tabTo(page, address, 'Shift+Tab')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(SERVICE)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByText(`${SERVICE}:22`)).toBeVisible()
  await expect(page.getByText('an open port')).toBeVisible()
  expect((await said()).probe).toMatchObject({ kind: 'tcp', host: SERVICE, port: 22 })
  await expectAccessible(page)
  // The guest is off before and after: its service is not asked, which is said and takes no success back.
  const snapshot = guest.snapshots.find((each) => each.name === 'good')
  await page.goto(`/guests/${guest.id}/rollback/${snapshot?.id}`)
  await agree(page, `Roll back ${name}`)
  await expect(page.getByRole('heading', { name: `${name} is back at good` })).toBeVisible({ timeout: DONE })
  await expect(page.getByText('The service was not asked')).toBeVisible()
  await expect(page.getByText(`${SERVICE}:22 was not asked: the guest is not running`)).toBeVisible()
  await expect(page.getByText('Power is as it should be')).toBeVisible()
  await expectAccessible(page)
  expect(await operationOn(api, page)).toMatchObject({ state: 'succeeded' })
  expect((await snapshotTree(host.lab, name)).current).toBe('good')
  expect((await host.lab.expectVirsh('domstate', name)).trim()).toBe('shut off')
})

test('on a phone in Chinese a service is changed to an address and taken back', async ({ page, api, host, world }) => {
  test.setTimeout(600_000)
  const name = ownName('asked-phone')
  await makeGuests(host.lab, world.data, [{ name }])
  const guest = await guestOf(api, name)
  const said = () => api<{ probe: Record<string, unknown> | null }>(`/api/guests/${guest.id}/service-probe`)
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/guests/${guest.id}/configuration`)
  await primary(page, '检查一项服务').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'HTTP 地址' }).check()
  await dialog.getByLabel('地址', { exact: true }).fill(`https://${SERVICE}/health`)
  await dialog.getByLabel('预期状态码').fill('204')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText(`https://${SERVICE}/health`)).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect((await said()).probe).toMatchObject({ kind: 'http', expectedStatus: 204, anyCertificate: false })
  await primary(page, '停止检查').click()
  await expect(primary(page, '检查一项服务')).toBeVisible()
  expect((await said()).probe).toBeNull()
  // Nothing of it was a matter of the hypervisor's.
  expect((await snapshotTree(host.lab, name)).names).toEqual([])
})
