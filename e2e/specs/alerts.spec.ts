/** A storage that runs full, from the rule to the end: told, taken, silenced, planned for, and over. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { LibvirtLab } from '../labs/libvirt/lab'
import { type Receiver, startReceiver } from '../support/receiver'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'
import { HOST, readWorld, runIn } from '../support/world'

test.describe.configure({ mode: 'serial' })

/** Other specs share the server: everything here is about this pool, this guest and this channel. */
const OWN = { pool: '', guest: '', channel: '', roomRule: '', countRule: '' }
const DAY_SECONDS = 86_400

/** Rules are judged every 15 s, and a machine may have other things to do. */
const JUDGED = { timeout: 60_000 }

let receiver: Receiver
let token: string
test.beforeAll(async () => {
  const own = `inbox${test.info().repeatEachIndex}`
  Object.assign(OWN, {
    pool: `${own}-pool`,
    guest: `${own}-guest`,
    channel: `${own}-hook`,
    roomRule: `Room of ${own}`,
    countRule: `Snapshots of ${own}`,
  })
  receiver = await startReceiver()
  const { data } = readWorld()
  token = (await runIn(data, ['token', 'create', '--name', 'inbox', '--role', 'admin'])).trim()
})
test.afterAll(async () => {
  for (const { id } of await ownRules()) await program('DELETE', `/rules/${id}`)
  const channels = await program<{ items: { id: string; name: string }[] }>('GET', '/channels?limit=500')
  for (const { id, name } of channels.items) if (name === OWN.channel) await program('DELETE', `/channels/${id}`)
  await receiver.close()
})

/** The API, as a program of an administrator uses it. */
async function program<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${readWorld().url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? (undefined as Answer) : answer.json()
}

type RuleContent = {
  name: string
  levels: { severity: string; fire: number; clear: number }[]
  holdMillis: number
  clearHoldMillis: number
  scope: { connectionIds: string[]; storageIds: string[]; tags: string[]; environments: string[] }
  enabled: boolean
}
type Rule = RuleContent & { id: string }
async function ownRules(): Promise<Rule[]> {
  const { items } = await program<{ items: Rule[] }>('GET', '/rules?limit=500')
  return items.filter(({ name }) => name === OWN.roomRule || name === OWN.countRule)
}

/** A pool of its own with a guest whose snapshot is ten days old. */
async function fill(lab: LibvirtLab): Promise<void> {
  const directory = await lab.addSmallPool(OWN.pool, 64)
  const { uuid } = await lab.defineGuest({ name: OWN.guest, disks: [{ format: 'qcow2', sizeMiB: 8, directory }] })
  await lab.expectVirsh('snapshot-create-as', uuid, 'forgotten')
  const xml = await lab.expectVirsh('snapshot-dumpxml', uuid, 'forgotten')
  const taken = Math.floor(Date.now() / 1000) - 10 * DAY_SECONDS
  const file = join(lab.info.dir, `${OWN.guest}.xml`)
  await writeFile(file, xml.replace(/<creationTime>\d+</, `<creationTime>${taken}<`))
  await lab.expectVirsh('snapshot-create', uuid, file, '--redefine', '--current')
  await lab.expectVirsh('pool-refresh', OWN.pool)
}

const rowOf = (page: Page) => page.getByRole('listitem').filter({ hasText: `${OWN.pool} on ${HOST} is` })
const linkOf = (page: Page) => rowOf(page).getByRole('link')
const card = (page: Page) => page.getByRole('complementary', { name: 'The selected alert' })
async function select(page: Page): Promise<void> {
  await linkOf(page).click()
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText(OWN.pool)
}

test.beforeEach(async ({ page }) => page.setViewportSize({ width: 1440, height: 900 }))

test('a channel is added and tested, and the page shows the very words of the receiver', async ({ page }) => {
  await page.goto('/settings/notifications')
  await page.getByRole('button', { name: 'Add a channel' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Kind').selectOption({ label: 'Webhook' })
  await form.getByLabel('Name', { exact: true }).fill(OWN.channel)
  await form.getByLabel('Address').fill(receiver.url)
  await form.getByLabel('Signing key', { exact: true }).fill('a key of this test')
  await form.getByLabel('Tell of').selectOption({ label: 'Emergencies only' })
  await form.getByRole('checkbox', { name: HOST, exact: true }).check()
  await form.getByRole('checkbox', { name: /May reach this machine/ }).check()
  await expectAccessible(page)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()

  const line = page.getByRole('listitem').filter({ hasText: OWN.channel })
  receiver.answer(202, 'taken, with thanks')
  await line.getByRole('button', { name: `Send a test to ${OWN.channel}` }).click()
  await expect(line.getByRole('status')).toContainText('answered with status 202')
  await expect(line.getByRole('status')).toContainText('taken, with thanks')
  // An emergency of another spec on this host may be told here, too.
  const tested = receiver.received.find(({ body }) => body.why === 'test')
  expect(tested?.headers['x-snapwarden-signature']).toBeTruthy()

  receiver.answer(503, 'closed for the night')
  await line.getByRole('button', { name: `Send a test to ${OWN.channel}` }).click()
  await expect(line.getByRole('status')).toContainText('503')
  await expect(line.getByRole('status')).toContainText('closed for the night')
  await expectAccessible(page)
  receiver.answer(200, 'noted')

  // What it hears of is kept when it is changed.
  await line.getByRole('button', { name: `Change ${OWN.channel}` }).click()
  await expect(form.getByRole('checkbox', { name: HOST, exact: true })).toBeChecked()
  await page.keyboard.press('Escape')
})

test('a rule of one storage is made in the form, and the inbox says who needs to come', async ({
  page,
  host,
  world,
}) => {
  test.setTimeout(180_000)
  await fill(host.lab)
  await runIn(world.data, ['collect', HOST])
  await page.goto('/alerts/rules')
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('What is measured').selectOption({ label: 'Storage used' })
  await form.getByLabel('Name', { exact: true }).fill(OWN.roomRule)
  await form.getByLabel(/^Emergency at/).fill('0.1')
  await form
    .getByLabel(/clears at/)
    .last()
    .fill('0.05')
  await form.getByLabel('Fires when it held for (minutes)').fill('0')
  await form.getByLabel('Clears when it held for (minutes)').fill('0')
  await form.getByRole('checkbox', { name: `${OWN.pool} ${HOST}` }).check()
  await form.getByRole('button', { name: 'What would it have fired on?' }).click()
  await expect(form.getByText(/It looks at one thing|It looks at 1 thing/)).toBeVisible()
  await expectAccessible(page)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  await expect(page.getByRole('row', { name: OWN.roomRule })).toContainText('1 storage')

  const room = (await ownRules()).find(({ name }) => name === OWN.roomRule)
  await program('POST', '/rules', {
    name: OWN.countRule,
    kind: 'snapshot-count',
    levels: [{ severity: 'warning', fire: 1, clear: 1 }],
    holdMillis: 0,
    clearHoldMillis: 0,
    scope: { connectionIds: [], storageIds: room?.scope.storageIds ?? [], tags: [], environments: [] },
    enabled: true,
  })

  await page.goto('/alerts')
  const now = page.getByRole('region', { name: 'Needs you now' })
  await expect(now.getByRole('listitem').filter({ hasText: `${OWN.pool} on ${HOST} is` })).toBeVisible(JUDGED)
  // A warning that could wait comes along with its cause.
  const effect = now.getByRole('listitem').filter({ hasText: `${OWN.guest} has 1 snapshot` })
  await expect(effect).toBeVisible(JUDGED)
  await expect(effect).toHaveAttribute('data-nested', 'true')
  await select(page)
  await expect(card(page).getByText('Under this alert')).toBeVisible()
  await expectAccessible(page)
})

test('somebody has it, by keyboard alone: found, acknowledged, silenced and heard again', async ({ page }) => {
  await page.goto('/alerts')
  await select(page)
  // Down to the effect below it and up again; the card goes along.
  await page.keyboard.press('j')
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText(OWN.guest)
  await page.keyboard.press('k')
  await expect(linkOf(page)).toHaveAttribute('aria-current', 'true')
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText(OWN.pool)

  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('Acknowledge')
  await dialog.getByRole('radio', { name: '4 h' }).check()
  await dialog.getByLabel('Note').fill('looking at the pool')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(card(page).getByText(/^admin@snapwarden\.test has it until/)).toBeVisible()
  await expect(card(page).getByText('looking at the pool').first()).toBeVisible()
  await expect(linkOf(page)).toContainText('admin@snapwarden.test')

  await page.keyboard.press('z')
  await expect(dialog).toContainText('Silence')
  await dialog.getByLabel('Reason').fill('the pool is moved today')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  // Silenced it leaves the open list, and says until when and why.
  await expect(linkOf(page)).toHaveCount(0)
  await page.getByRole('radio', { name: /Silenced/ }).check()
  await select(page)
  await expect(card(page).getByText(/by admin@snapwarden\.test: the pool is moved today/)).toBeVisible()
  await card(page).getByRole('button', { name: 'End the silence' }).click()
  await expect(linkOf(page)).toHaveCount(0)
  await page.getByRole('radio', { name: /Open/ }).check()
  await expect(linkOf(page)).toBeVisible()
})

test('it is given to somebody, talked about, and leads to a plan', async ({ page }) => {
  await page.goto('/alerts')
  await select(page)
  await card(page).getByLabel('Assign to').fill('mei@example.cn')
  await card(page).getByRole('button', { name: 'Assign', exact: true }).click()
  await expect(card(page).getByText('Assigned to mei@example.cn')).toBeVisible()
  await card(page).getByLabel('Comment').fill('asked the owner of the guest')
  await card(page).getByRole('button', { name: 'Add the comment' }).click()
  await expect(card(page).getByRole('listitem').filter({ hasText: 'asked the owner of the guest' })).toBeVisible()
  // The page of the alert says the same, and the snapshot that goes first is one tap from its plan.
  await card(page).getByRole('link', { name: 'Open page' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(OWN.pool)
  await expect(page.getByText('asked the owner of the guest')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Review and delete 1' }).click()
  await page.waitForURL(/\/delete\?guests=/)
  await expect(page.getByRole('main').getByText('forgotten').filter({ visible: true }).first()).toBeVisible()
})

test('the receiver was told, and the delivery log says so', async ({ page }) => {
  // Several that fire at once are one notice, which names each.
  const told = () => receiver.received.flatMap(({ body }) => [body.title, ...body.lines]).join('\n')
  await expect.poll(told, JUDGED).toContain(OWN.pool)
  // Its links open this server, wherever it listens.
  const { origin } = new URL(readWorld().url)
  expect([...new Set(receiver.received.map(({ body }) => new URL(body.url).origin))]).toEqual([origin])
  await page.goto('/settings/notifications')
  const sent = page.getByRole('row').filter({ hasText: OWN.channel })
  await expect(sent.first()).toContainText('Sent')
  await expect(sent.first()).toContainText('noted')
  await expectAccessible(page)
})

test('on a phone, in the other language and in the dark', async ({ page }) => {
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/alerts')
  const link = page
    .getByRole('listitem')
    .filter({ hasText: `${HOST} 上的 ${OWN.pool}` })
    .getByRole('link')
  await expect(link).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await link.click()
  await page.waitForURL(/\/alerts\/[0-9a-f-]+$/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(OWN.pool)
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})

test('a moved line ends it at once, and the list says how long it took', async ({ page }) => {
  const room = (await ownRules()).find(({ name }) => name === OWN.roomRule)
  if (room === undefined) throw new Error('the rule is gone')
  const { name, holdMillis, clearHoldMillis, scope, enabled } = room
  const levels = [{ severity: 'emergency', fire: 0.999, clear: 0.99 }]
  await program('PUT', `/rules/${room.id}`, { name, levels, holdMillis, clearHoldMillis, scope, enabled })
  // What changes between a page's rendering and its first hearing of the stream is not told to it: it is opened again.
  await expect(async () => {
    await page.goto('/alerts')
    await expect(linkOf(page)).toHaveCount(0, { timeout: 5_000 })
  }).toPass(JUDGED)
  await page.getByRole('radio', { name: 'Closed' }).check()
  const closed = rowOf(page).first()
  await expect(closed).toContainText('lasted')
  await closed.getByRole('link').click()
  await expect(page.getByText(/Over since .* after/)).toBeVisible()
  await expectAccessible(page)
})
