/** Every page in the looks people use: it says what it is, axe finds nothing, nothing scrolls sideways. */
import { basename } from 'node:path'
import type { ConnectionRow, GuestDetail, StorageRow } from '@/lib/domain/view'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, guestIdOf, test } from '../support/test'
import { HOST } from '../support/world'

const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

/** All pairs of language, theme and size, not all triples. */
const LOOKS = [
  { name: 'English, light, desktop', language: 'en', theme: 'light', viewport: DESKTOP },
  { name: '简体中文, dark, desktop', language: 'zh-CN', theme: 'dark', viewport: DESKTOP },
  { name: 'English, dark, phone', language: 'en', theme: 'dark', viewport: PHONE },
  { name: '简体中文, light, phone', language: 'zh-CN', theme: 'light', viewport: PHONE },
] as const

const PAGES = [
  { path: '/', heading: { en: /need|attention/, 'zh-CN': /处理/ } },
  { path: '/guests', heading: { en: 'Guests', 'zh-CN': '客户机' } },
  { path: '/storage', heading: { en: 'Storage', 'zh-CN': '存储' } },
  { path: '/operations', heading: { en: 'Operations', 'zh-CN': '操作' } },
  { path: '/connections', heading: { en: 'Connections', 'zh-CN': '连接' } },
  { path: '/connections/new', heading: { en: 'Add a hypervisor', 'zh-CN': '添加虚拟化平台' } },
] as const

const SETTINGS = ['', '/sessions', '/tokens', '/people', '/installation', '/audit']
const SETTINGS_HEADING = { en: 'Settings', 'zh-CN': '设置' } as const

for (const look of LOOKS) {
  test.describe(look.name, () => {
    test.use({ viewport: look.viewport, hasTouch: look.viewport === PHONE })
    test.beforeEach(async ({ page }) => choose(page, look))

    for (const { path, heading } of PAGES) {
      test(`page ${path}`, async ({ page }) => {
        const answer = await page.goto(path)
        expect(answer?.headers()['content-security-policy']).toMatch(/script-src[^;]*'nonce-/)
        expect(answer?.headers()['content-security-policy']).not.toMatch(/script-src[^;]*'unsafe-inline'/)
        await expect(page.getByRole('heading', { level: 1, name: heading[look.language] })).toBeVisible()
        await expectNoSidewaysScroll(page)
        await expectAccessible(page)
      })
    }

    test('settings and their tabs', async ({ page }) => {
      for (const path of SETTINGS) {
        await page.goto(`/settings${path}`)
        await expect(page.getByRole('heading', { level: 1, name: SETTINGS_HEADING[look.language] })).toBeVisible()
        await expectNoSidewaysScroll(page)
        await expectAccessible(page)
      }
    })

    test('connection', async ({ page, api }) => {
      const connections = await api<ConnectionRow[]>('/api/connections')
      const id = connections.find(({ name }) => name === HOST)?.id
      for (const path of ['', '/change']) {
        await page.goto(`/connections/${id}${path}`)
        await expect(page.getByRole('heading', { level: 1, name: HOST })).toBeVisible()
        await expectNoSidewaysScroll(page)
        await expectAccessible(page)
      }
    })

    test('guest and its tabs', async ({ page, api, host }) => {
      const name = host.showcase.guests.branches.name
      const id = await guestIdOf(api, name)
      const guest = await api<GuestDetail>(`/api/guests/${id}`)
      for (const path of [
        '',
        `?snapshot=${guest.snapshots[0]?.id}`,
        '/disks',
        '/configuration',
        '/operations',
        '/doctor',
      ]) {
        await page.goto(`/guests/${id}${path}`)
        await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
        await expectNoSidewaysScroll(page)
        await expectAccessible(page)
      }
    })

    test('the flows of a guest', async ({ page, api, host }) => {
      const name = host.showcase.guests.branches.name
      const id = await guestIdOf(api, name)
      const guest = await api<GuestDetail>(`/api/guests/${id}`)
      const chosen = guest.snapshots[0]?.id
      for (const path of ['/take', '/merge', '/delete', `/delete?snapshots=${chosen}`, `/rollback/${chosen}`]) {
        await page.goto(`/guests/${id}${path}`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.getByRole('list', { name: /^(Steps|步骤)$/ })).toBeVisible()
        await expect(page.getByText(/Nothing has changed yet|尚未做任何更改/)).toBeVisible()
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
        await expectNoSidewaysScroll(page)
        await expectAccessible(page)
      }
    })

    test('storage', async ({ page, api, host }) => {
      const storages = await api<StorageRow[]>('/api/storages')
      const pool = storages.find((storage) => storage.connectionName === HOST && storage.name === host.showcase.pool)
      await page.goto(`/storage/${pool?.id}`)
      await expect(page.getByRole('heading', { level: 1, name: host.showcase.pool })).toBeVisible()
      await expect(page.getByText(basename(host.showcase.orphans[0] ?? '')).first()).toBeAttached()
      await expectNoSidewaysScroll(page)
      await expectAccessible(page)
    })
  })
}

test('the document has a title at every moment of the way from page to page', async ({ page, host }) => {
  await page.goto('/')
  await page.evaluate(() => {
    const without: string[] = []
    new MutationObserver(() => {
      if (document.title === '') without.push(location.pathname)
    }).observe(document.head, { childList: true, subtree: true, characterData: true })
    Object.assign(window, { without })
  })
  const bar = page.getByRole('navigation').first()
  const openAll = async (name: string, row: string) => {
    await bar.getByRole('link', { name }).first().click()
    await expect(page).toHaveTitle(`${name} · Snapwarden`)
    // Other specs take connections away, and others' guests and storages have such names, too.
    const own = page.getByRole('row').filter({ hasText: HOST })
    await own.getByRole('link', { name: row, exact: true }).click()
    await expect(page).toHaveTitle(`${row} · Snapwarden`)
  }
  for (const _round of [1, 2, 3]) {
    // Among the first by name: of a long list only the rows in view are in the page.
    await openAll('Guests', host.showcase.guests.memory.name)
    await openAll('Storage', host.showcase.pool)
    await openAll('Connections', HOST)
  }
  for (const tab of ['Sessions', 'Audit log']) {
    await bar.getByRole('link', { name: 'Settings' }).first().click()
    await expect(page).toHaveTitle('Settings · Snapwarden')
    await page.getByRole('main').getByRole('link', { name: tab }).click()
    await expect(page).toHaveTitle(`${tab} · Snapwarden`)
  }
  expect(await page.evaluate(() => Reflect.get(window, 'without'))).toEqual([])
})

test('a page whose last read has not come yet scrolls by keyboard all the same', async ({ page, api, host }) => {
  const id = await guestIdOf(api, host.showcase.guests.branches.name)
  let answer = (): void => undefined
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/service-probe', async (route) => {
    await asked
    await route.continue()
  })
  await page.setViewportSize({ width: 1280, height: 480 })
  await page.goto(`/guests/${id}/configuration`)
  await expect(page.getByRole('heading', { name: /^What can be done/ })).toBeAttached()
  await expect(page.getByRole('button', { name: 'Ask a service' })).toHaveCount(0)
  await expectAccessible(page)
  answer()
  await expect(page.getByRole('button', { name: 'Ask a service' })).toBeAttached()
  await expectAccessible(page)
})
