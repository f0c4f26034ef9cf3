/** From the first page of a new installation to the first inventory, and signing out and in. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { cleanUp, startProduct, temporaryData } from '../../scripts/testing/start-product'
import { untilAlive } from '../support/alive'
import { expectAccessible } from '../support/test'

const test = base.extend<object, { fresh: { url: string; code: string } }>({
  fresh: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const data = temporaryData()
      const { port } = await startProduct(data)
      const code = readFileSync(join(data, 'setup-code'), 'utf8').trim()
      await use({ url: `http://127.0.0.1:${port}`, code })
      await cleanUp()
    },
    { scope: 'worker', timeout: 1_000_000 },
  ],
})
test.describe.configure({ mode: 'serial' })

test('set-up: a wrong code is refused with the tries left, the right one makes the administrator', async ({
  page,
  fresh,
}) => {
  await page.goto(fresh.url)
  await untilAlive(page)
  await expect(page).toHaveURL(/\/setup$/)
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'Set-up code' }).fill('AAAA-BBBB-CCCC')
  await page.getByRole('textbox', { name: 'Name' }).fill('Lin Yue')
  await page.getByRole('textbox', { name: 'E-mail' }).fill('lin@example.cn')
  await page.locator('input[name=password]').fill('correct horse battery')
  await page.locator('input[name=again]').fill('correct horse battery')
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /code/i })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('Lin Yue')
  await page.getByRole('textbox', { name: 'Set-up code' }).fill(fresh.code)
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await expect(page.getByRole('heading', { name: 'Add your first connection' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Explore the demo fleet' }).click()
  await expect(page.getByRole('heading', { name: 'The first inventory is here' })).toBeVisible({ timeout: 120_000 })
  await page.getByRole('link', { name: 'Open the overview' }).click()
  await expect(page.getByText('demo data')).toBeVisible()
})

test('sign-in: a wrong password says so, the right one opens the page that was asked for', async ({ page, fresh }) => {
  const wanted = `${fresh.url}/guests?q=${encodeURIComponent('power:running')}`
  await page.goto(wanted)
  await untilAlive(page)
  await expect(page).toHaveURL(/\/sign-in/)
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'E-mail' }).fill('lin@example.cn')
  await page.locator('input[name=password]').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').first()).toBeVisible()
  await page.locator('input[name=password]').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
  await expect(page).toHaveURL(wanted)
})

test('a link cannot send people elsewhere after they signed in', async ({ page, fresh }) => {
  await page.goto(`${fresh.url}/sign-in?next=//evil.example/`)
  await untilAlive(page)
  await page.getByRole('textbox', { name: 'E-mail' }).fill('lin@example.cn')
  await page.locator('input[name=password]').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${fresh.url}/`)
})
