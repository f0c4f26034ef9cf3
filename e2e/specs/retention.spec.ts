/** The review of what is past its limit: as a list, as a file that no spreadsheet runs, and on paper. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { LabGuest } from '../labs/libvirt/guest'
import type { LibvirtLab } from '../labs/libvirt/lab'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'
import { HOST, runIn } from '../support/world'

test.describe.configure({ mode: 'serial' })

/** What a spreadsheet would take for a formula. */
const HOSTILE = '=1+1'
const GUEST = 'retention-dev'
const DAY_SECONDS = 86_400

/** A guest of development whose snapshot was taken nine days ago. */
async function forgotten(lab: LibvirtLab): Promise<LabGuest> {
  const guest = await lab.defineGuest({ name: GUEST, disks: [{ format: 'qcow2', sizeMiB: 8 }] })
  await lab.expectVirsh('snapshot-create-as', guest.uuid, HOSTILE)
  const xml = await lab.expectVirsh('snapshot-dumpxml', guest.uuid, HOSTILE)
  const taken = Math.floor(Date.now() / 1000) - 9 * DAY_SECONDS
  const file = join(lab.info.dir, 'forgotten.xml')
  await writeFile(file, xml.replace(/<creationTime>\d+</, `<creationTime>${taken}<`))
  await lab.expectVirsh('snapshot-create', guest.uuid, file, '--redefine', '--current')
  return guest
}

const rowOf = (page: Page) =>
  page.getByRole('table', { name: 'Past the limit', exact: true }).getByRole('row', { name: GUEST })

test('what is past its limit is listed, and what a guest is for can be said', async ({ page, host, world }) => {
  await forgotten(host.lab)
  await runIn(world.data, ['collect', HOST])
  await page.goto('/retention')
  await expect(rowOf(page)).toContainText('Development')
  await expect(rowOf(page)).toContainText('of 7 d')
  await expectAccessible(page)

  await rowOf(page)
    .getByRole('button', { name: `Set environment of ${GUEST}` })
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Environment').selectOption({ label: 'Test' })
  await dialog.getByLabel('Owner').fill('mei@example.cn')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await expect(rowOf(page)).toContainText('of 3 d')
  await expect(rowOf(page)).toContainText('mei@example.cn')

  // The guest's own page says the same.
  await rowOf(page).getByRole('link', { name: GUEST }).click()
  // Where the guest stands is a row of its own, which names the snapshot too.
  const snapshot = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: HOSTILE, exact: true }) })
  await expect(snapshot).toContainText('of 3 d')
})

test('a changed limit is judged at once', async ({ page }) => {
  await page.goto('/retention')
  const change = async (hours: string) => {
    await page.getByRole('button', { name: 'Change limits' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Test').fill(hours)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toBeHidden()
  }
  await change('480')
  await expect(rowOf(page)).toHaveCount(0)
  await change('72')
  await expect(rowOf(page)).toContainText('of 3 d')
})

test('the file holds the list, and nothing in it is a formula', async ({ page }) => {
  await page.goto('/retention')
  await expect(rowOf(page)).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const text = await readFile(await (await download).path(), 'utf8')
  const line = text.split(/\r?\n/).find((each) => each.includes(GUEST))
  expect(line).toContain(`'${HOSTILE}`)
  expect(text.split(/\r?\n/)[0]).toContain('Limit (hours),Memory,Holds (bytes)')
  expect(text).not.toMatch(/(^|,|")[=+@]/m)
})

test('on paper there is no shell, and the heads of tables come again on every sheet', async ({ page }) => {
  await page.goto('/retention')
  await expect(rowOf(page)).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('navigation').first()).toBeHidden()
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  await expect(rowOf(page)).toBeVisible()
  const head = page.getByRole('table', { name: 'Past the limit', exact: true }).locator('thead')
  expect(await head.evaluate((element) => getComputedStyle(element).display)).toBe('table-header-group')
  const rows = await page.getByRole('row').count()
  const pdf = await page.pdf({ format: 'A4' })
  // A small fleet fits on one sheet; how small it is depends on what other specs have added by now.
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length
  expect(sheets).toBeGreaterThan(0)
  expect(sheets).toBeLessThanOrEqual(1 + Math.floor(rows / 10))
})

test('on a sheet of A4 the figures of every environment are whole', async ({ page }) => {
  // As Chromium lays out a page of 210 mm: by its whole width for media queries, less the margins for the content.
  await page.setViewportSize({ width: 794, height: 1123 })
  await page.goto('/retention')
  await expect(page.getByRole('table', { name: 'By environment' })).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  await page.locator('main').evaluate((main) => {
    main.style.width = '688px'
  })
  const cut = await page
    .getByRole('table', { name: 'By environment' })
    .locator(':is(th, td):visible')
    .evaluateAll((cells) =>
      cells.flatMap((cell) => {
        const { clientWidth, scrollWidth } = cell
        return scrollWidth > clientWidth + 1 ? [`${cell.textContent} ${scrollWidth} > ${clientWidth}`] : []
      }),
    )
  expect(cut).toEqual([])
})

test('on a phone, in the other language and in the dark', async ({ page }) => {
  await choose(page, { language: 'zh-CN', theme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/retention')
  await expect(page.getByRole('link', { name: GUEST }).first()).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})
