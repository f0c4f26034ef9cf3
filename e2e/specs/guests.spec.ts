/** The guests list: filter, order, selection, keyboard, on real guests. */
import type { GuestWindow } from '@/lib/domain/view'
import { expect, test } from '../support/test'
import { HOST } from '../support/world'

test('a filter is chips, words and a link', async ({ page, api, host }) => {
  await page.goto('/guests')
  const filter = page.getByRole('textbox', { name: 'Filter by name or tag' })
  await filter.fill('chain:>3 ')
  await expect(page).toHaveURL(/q=chain/)
  // Other specs add guests and take them away again: the page follows, and so does what it is compared with.
  const grid = page.getByRole('grid', { name: 'Guests' })
  await expect(async () => {
    const { total } = await api<GuestWindow>('/api/guests?q=chain%3A%3E3')
    expect(total).toBeGreaterThan(0)
    await expect(grid).toHaveAttribute('aria-rowcount', String(total + 1), { timeout: 2_000 })
  }).toPass({ timeout: 60_000 })
  await expect(page.getByRole('link', { name: host.showcase.guests.deep.name })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: /Remove filter Chain depth/ })).toBeVisible()
  await page.getByRole('button', { name: /Remove filter Chain depth/ }).click()
  await expect(page).not.toHaveURL(/q=/)
})

test('a filter that cannot be read says what is wrong and loses nothing', async ({ page }) => {
  await page.goto('/guests')
  // A first row: which guest it is depends on how many other files of this world made.
  const first = page.getByRole('grid').getByRole('row').nth(1)
  await expect(first).toBeVisible()
  await page.getByRole('textbox', { name: 'Filter by name or tag' }).fill('colour:red ')
  await expect(page.getByText('There is no field colour.')).toBeVisible()
  await expect(first).toBeVisible()
})

test('nothing that matches is not the same as nothing there', async ({ page }) => {
  await page.goto('/guests?q=no-such-guest-anywhere')
  await expect(page.getByText(/hidden by the filter/)).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page.getByRole('grid').getByRole('row').nth(2)).toBeVisible()
})

test('heads sort, and say so', async ({ page, api }) => {
  await page.goto('/guests')
  await page.getByRole('button', { name: 'Snapshots', exact: true }).click()
  await expect(page).toHaveURL(/sort=snapshots&dir=desc/)
  const first = page.getByRole('grid').locator('tbody tr').first()
  await expect(async () => {
    const { rows } = await api<GuestWindow>('/api/guests?sort=snapshots&dir=desc')
    await expect(first).toContainText(rows[0]?.name ?? '', { timeout: 2_000 })
  }).toPass({ timeout: 60_000 })
  await expect(page.getByRole('columnheader', { name: 'Snapshots', exact: true })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
})

test('rows are moved through, selected and opened by keyboard', async ({ page, host }) => {
  // Guests that no other spec adds to or takes away.
  await page.goto(`/guests?q=${encodeURIComponent(`connection:${HOST} chain:>1`)}`)
  const rows = page.getByRole('grid').locator('tbody tr[data-index]')
  await expect(rows.first()).toBeVisible()
  await rows.first().focus()
  await page.keyboard.press('j')
  await expect(rows.nth(1)).toBeFocused()
  await page.keyboard.press('x')
  await expect(page.getByRole('region', { name: 'Actions for the selection' })).toContainText('1 guest')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('region', { name: 'Actions for the selection' })).toBeHidden()
  await page.goto(`/guests?q=connection%3A${HOST}`)
  await expect(rows.nth(1)).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type(host.showcase.guests.linear.name)
  await expect(rows).toHaveCount(1)
  await rows.first().focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/guests\/[^/]+$/)
})
