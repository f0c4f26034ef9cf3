/** Where Snapwarden may clean up by itself: allowed, changed and taken back in the browser, by mouse and by keyboard. */
import type { Page } from '@playwright/test'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'
import { HOST } from '../support/world'

test.describe.configure({ mode: 'serial' })

/** Of this spec alone: nothing else sets a policy, and nobody else's storage is named `default`. */
const SCOPE = `default on ${HOST}`

const formOf = (page: Page) => page.getByRole('dialog')

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto('/alerts/rules')
})

test('nothing is allowed until somebody says where and how much', async ({ page }) => {
  await expect(page.getByText('Nothing is deleted without a person anywhere.')).toBeVisible()
  await page.getByRole('button', { name: 'Allow it somewhere' }).click()
  const form = formOf(page)
  await form.getByLabel('Where').selectOption({ label: `${HOST}: default` })
  await form.getByLabel('At most so many snapshots an hour').fill('3')
  await form.getByLabel('May need so much room for a while (GiB)').fill('2.5')
  await expectAccessible(page)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  const policy = page.getByRole('listitem').filter({ hasText: HOST })
  await expect(policy).toContainText(/At most 3\ssnapshots an hour, needing at most 2.5\sGiB for a while/)
  await expect(page.getByText('Nothing is deleted without a person anywhere.')).toBeHidden()
  await expectAccessible(page)
})

test('it is changed by keyboard alone, and says what it does not do', async ({ page }) => {
  await page.getByRole('button', { name: `Change automatic clean-up of ${SCOPE}` }).focus()
  await page.keyboard.press('Enter')
  const form = formOf(page)
  await expect(form.getByRole('heading', { name: `Automatic clean-up of ${SCOPE}` })).toBeVisible()
  await expect(form.getByLabel('May need so much room for a while (GiB)')).toHaveValue('2.5')
  await form.getByLabel('Not during busy hours').focus()
  await page.keyboard.press('Space')
  await form.getByLabel('From').fill('07:30')
  await form.getByLabel('Allowed').focus()
  await expect(form.getByLabel('Allowed')).toBeChecked()
  await expectAccessible(page)
  await form.getByLabel('From').focus()
  await page.keyboard.press('Enter')
  await expect(form).toBeHidden()
  const policy = page.getByRole('listitem').filter({ hasText: HOST })
  await expect(policy).toContainText('Not between 07:30 and 20:00.')
  // Where one was, one is again.
  await expect(page.getByRole('button', { name: `Change automatic clean-up of ${SCOPE}` })).toBeFocused()
})

test('on a phone, dark and in Chinese, it reads the same and goes nowhere sideways', async ({ page }) => {
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/alerts/rules')
  await expect(page.getByText('07:30 至 20:00 之间不执行。')).toBeVisible()
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
  await page.getByRole('button', { name: '在某处允许' }).click()
  await expect(formOf(page)).toBeVisible()
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)
})

test('it is taken back, after a question', async ({ page }) => {
  await page.getByRole('button', { name: `Take back automatic clean-up of ${SCOPE}` }).click()
  const question = page.getByRole('alertdialog')
  await expectAccessible(page)
  await question.getByRole('button', { name: 'Take back' }).click()
  await expect(question).toBeHidden()
  await expect(page.getByText('Nothing is deleted without a person anywhere.')).toBeVisible()
})
