/** What the specs of the guided flows share: guests of their own, and the way from the checks to an operation. */
import type { Locator, Page } from '@playwright/test'
import type { OperationView } from '@/lib/domain/operation'
import type { GuestDetail } from '@/lib/domain/view'
import type { LibvirtLab } from '../labs/libvirt/lab'
import { expect, guestIdOf, test } from './test'
import { HOST, runIn } from './world'

export type Api = <T>(path: string) => Promise<T>

/** A whole operation on an emulated guest, from confirm to proof, on a machine that does much else. */
export const DONE = 180_000
/** A plan is made from what is stored: seconds at most, whatever else the machine does. */
export const PLANNED = 60_000

/** A name no other run of the same test uses: the host keeps what a run made. */
export function ownName(name: string): string {
  const { repeatEachIndex, retry } = test.info()
  const run = repeatEachIndex + retry
  return run === 0 ? name : `${name}-run${run}`
}

type OwnGuest = { name: string; snapshots?: readonly string[]; running?: boolean }

/** Guests of one's own, read once: these tests change what they look at. */
export async function makeGuests(
  lab: LibvirtLab,
  data: string,
  guests: readonly OwnGuest[],
  connection = HOST,
): Promise<void> {
  for (const { name, snapshots = [], running = false } of guests) {
    await lab.defineGuest({ name, disks: [{ format: 'qcow2', sizeMiB: 8 }], running })
    for (const snapshot of snapshots) await lab.expectVirsh('snapshot-create-as', name, snapshot)
  }
  await runIn(data, ['collect', connection])
}

export async function guestOf(api: Api, name: string, connection = HOST): Promise<GuestDetail> {
  return api<GuestDetail>(`/api/guests/${await guestIdOf(api, name, connection)}`)
}

/** Name of the snapshot its current state stands on, as the inventory knows it. */
export async function standsOn(api: Api, name: string): Promise<string | undefined> {
  const { snapshots, currentParentId } = await guestOf(api, name)
  return snapshots.find(({ id }) => id === currentParentId)?.name
}

/** The operation whose page is open. */
export const operationOn = (api: Api, page: Page): Promise<OperationView> => api(`/api${new URL(page.url()).pathname}`)

export const primary = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name })

/** From the checks to Confirm, and what is asked for typed; the button is not pressed. */
export async function consent(page: Page): Promise<void> {
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await primary(page, 'Continue to confirm').click()
  await expect(page.getByLabel(/^Reason/)).toBeVisible()
  const typed = page.getByLabel(/^Type .* to confirm/)
  if (await typed.isVisible()) await typed.fill((await page.locator('.sw-consent-text').textContent()) ?? '')
}

/** From the checks to the page of the confirmed operation. */
export async function agree(page: Page, button: string | RegExp): Promise<void> {
  await consent(page)
  await primary(page, button).click()
  await page.waitForURL(/\/operations\/[0-9a-f-]+$/, { timeout: PLANNED })
}

/** The one button of a phone's step: tall, whole, and where the thumb is, once the page has followed its contents. */
export async function expectThumbButton(page: Page, name: string): Promise<void> {
  await expect(primary(page, name)).toBeVisible({ timeout: PLANNED })
  const place = async () => {
    const box = await primary(page, name).boundingBox()
    return box === null ? null : { tall: box.height >= 44, above: box.y + box.height <= 844 }
  }
  await expect.poll(place, { timeout: 10_000 }).toEqual({ tall: true, above: true })
}

/** Moves the focus as a person without a mouse does. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await expect(target).toBeVisible({ timeout: PLANNED })
  for (let presses = 0; presses < MOST_STOPS; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${MOST_STOPS} presses of ${key} did not reach ${target}`)
}

/** No page has this many places to stop at before its own content. */
const MOST_STOPS = 120

/** Walks down the tree to a row, as the arrows do: the next is pressed when the focus has arrived. */
export async function arrowTo(page: Page, name: RegExp): Promise<void> {
  const rows = page.getByRole('treegrid').locator('[role="row"][tabindex]')
  const count = await rows.count()
  for (let at = 0; at < count; at += 1) {
    await expect(rows.nth(at)).toBeFocused()
    if (name.test((await rows.nth(at).textContent()) ?? '')) return
    await page.keyboard.press('ArrowDown')
  }
  throw new Error(`no row ${name} below`)
}

/** From the checks to the page of the confirmed operation, by keys alone. `heading` is that of Confirm. */
export async function agreeByKeys(page: Page, heading: RegExp, button: string): Promise<void> {
  await expect(primary(page, 'Continue to confirm')).toBeEnabled({ timeout: PLANNED })
  await tabTo(page, primary(page, 'Continue to confirm'))
  await page.keyboard.press('Enter')
  // The heading of the step is where one stands now: nothing is pressed by a key that was meant for the step before.
  await expect(page.getByRole('heading', { level: 2, name: heading })).toBeFocused()
  const typed = page.getByLabel(/^Type .* to confirm/)
  if (await typed.isVisible()) {
    await tabTo(page, typed)
    await page.keyboard.type((await page.locator('.sw-consent-text').textContent()) ?? '')
  }
  await tabTo(page, page.getByLabel(/^Reason/))
  await page.keyboard.type('TICKET-7')
  await tabTo(page, primary(page, button))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/operations\/[0-9a-f-]+$/, { timeout: PLANNED })
}
