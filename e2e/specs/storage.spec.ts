/** A storage over time: its chart as image and as table, its ranges, what takes the space, all by keyboard. */
import type { StorageRow } from '@/lib/domain/view'
import { expect, expectAccessible, test } from '../support/test'
import { HOST } from '../support/world'

test('a storage shows its past and its future, as a chart and as a table', async ({ page, api, host }) => {
  const storages = await api<StorageRow[]>('/api/storages')
  const pool = storages.find((storage) => storage.connectionName === HOST && storage.name === host.showcase.pool)
  await page.goto(`/storage/${pool?.id}`)
  await expect(page.getByRole('heading', { level: 2, name: 'What takes the space' })).toBeVisible()
  await expect(page.getByText('Snapshots make guests slower here')).toBeVisible()
  await expect(page.getByText(/libvirt counts blocks reserved for root as free/)).toBeVisible()

  // A guest's line opens into its snapshots.
  const open = page.getByRole('button', { name: /^Show the snapshots of/ }).first()
  await open.focus()
  await page.keyboard.press('Enter')
  const close = page.getByRole('button', { name: /^Hide the snapshots of/ })
  await expect(close).toHaveAttribute('aria-expanded', 'true')
  await expect(page.locator('.sw-space-snapshots').getByRole('row').first()).toBeVisible()

  // Every range can be chosen by keyboard, and the toggle says which one is shown.
  const year = page.getByRole('radio', { name: 'Year' })
  await page.getByRole('radio', { name: '30 d' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(year).toBeChecked()
  const toggle = page.getByRole('button', { name: 'Show as table' })
  await toggle.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Show as chart' })).toBeVisible()
  await expectAccessible(page)
})

test('the list says when each storage is full, and the one beside an open one too', async ({ page, api, host }) => {
  const storages = await api<StorageRow[]>('/api/storages')
  const pool = storages.find((storage) => storage.connectionName === HOST && storage.name === host.showcase.pool)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto('/storage')
  await expect(page.getByRole('columnheader', { name: 'Time to full' })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: HOST })
  await row.getByRole('link', { name: host.showcase.pool, exact: true }).click()
  await page.waitForURL(`**/storage/${pool?.id}`)
  const aside = page.getByRole('navigation', { name: 'Storages by time to full' })
  await expect(aside.locator('[aria-current=page]')).toContainText(host.showcase.pool)
})

test('history and forecast are read by programs as the API describes them', async ({ api, page, host }) => {
  const storages = await api<StorageRow[]>('/api/storages')
  const id = storages.find(({ connectionName, name }) => connectionName === HOST && name === host.showcase.pool)?.id
  for (const range of ['7d', '30d', '90d', '365d']) {
    const history = await api<{ range: string; steps: unknown[] }>(`/api/storages/${id}/history?range=${range}`)
    expect(history.range).toBe(range)
  }
  const refused = await page.request.get(`/api/storages/${id}/history?range=forever`)
  expect(refused.status()).toBe(422)
})
