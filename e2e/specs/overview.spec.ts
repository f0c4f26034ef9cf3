/** The overview's blocks on a real host: what is past its limit, and what runs while it runs. */
import type { Page } from '@playwright/test'
import type { LimitShare } from '@/lib/domain/retention'
import { insideOf } from '@/lib/engine/retention/shares'
import { DONE, guestOf, makeGuests, ownName } from '../support/flows'
import { test, whileDeleting } from '../support/own-host'
import { choose, expect, expectAccessible, expectNoSidewaysScroll } from '../support/test'

/** Inside and past of every environment, as the block says it. */
async function toldOf(page: Page): Promise<string[][]> {
  const rows = page
    .getByRole('table', { name: 'Retention' })
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })
  await expect(rows.first()).toBeVisible()
  return Promise.all((await rows.all()).map(async (row) => (await row.getByRole('cell').allTextContents()).slice(-2)))
}

test('says what is inside and past its limit, and what runs now until it is over', async ({
  page,
  api,
  own,
  world,
}) => {
  test.setTimeout(600_000)
  // A guest is proposed for production by its name; its snapshots are inside the day that production has.
  const name = ownName('overview-prod')
  await makeGuests(own.lab, world.data, [{ name, snapshots: ['s1', 's2', 's3'], running: true }], own.connection)
  const { id: guestId } = await guestOf(api, name, own.connection)
  // Other specs change limits and take snapshots meanwhile: page and program agree as soon as nobody does.
  await expect(async () => {
    await page.goto('/')
    const shares = await api<LimitShare[]>('/api/retention/shares')
    expect(shares.some(({ environment }) => environment === 'production')).toBe(true)
    expect(await toldOf(page)).toEqual(shares.map((share) => [String(insideOf(share)), String(share.past)]))
  }).toPass({ timeout: 120_000 })
  await expect(page.getByRole('link', { name: 'Open report' })).toHaveAttribute('href', '/retention')
  await expectAccessible(page)
  const running = page.getByRole('region', { name: 'Running now' })
  const mine = running.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
  await expect(mine).toHaveCount(0)

  await whileDeleting({ page, api }, { lab: own.lab, name, guestId, snapshots: 3 }, async () => {
    const address = new URL(page.url()).pathname
    await page.goto('/')
    await expect(mine).toContainText('Delete snapshots')
    await expect(mine).toContainText('0 of 3 steps')
    await expect(mine.getByRole('progressbar', { name: `Delete snapshots, ${name}` })).toBeVisible()
    await expect(mine.getByRole('link', { name: 'Delete snapshots' })).toHaveAttribute('href', address)
    await expectAccessible(page)
    await choose(page, { language: 'zh-CN', theme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto('/')
    const mineToo = page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
    await expect(mineToo.getByRole('progressbar')).toBeVisible()
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await choose(page, { language: 'en', theme: 'light' })
    await page.goto('/')
    await expect(mine).toBeVisible()
  })
  // The page stays open: it hears of the end by itself.
  await expect(mine).toHaveCount(0, { timeout: DONE })
})
