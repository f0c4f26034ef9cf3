/** The test function of the specs: a signed-in page that fails on anything a browser complains about. */
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import type { GuestWindow } from '@/lib/domain/view'
import type { Showcase } from '../labs/libvirt/expected'
import type { LibvirtLab } from '../labs/libvirt/lab'
import { untilAlive } from './alive'
import { HOST, labOf, readWorld, type World } from './world'

export { expect }

type Fixtures = {
  world: World
  /** the real host behind the pages; the test is skipped, by name and with the reason, where none can run */
  host: { lab: LibvirtLab; showcase: Showcase }
  /** lets the page's console say this as well; whatever else it says fails the test */
  tolerate: (complaint: RegExp) => void
  api: <T>(path: string) => Promise<T>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  world: async ({}, use) => use(readWorld()),
  host: async ({ world }, use, info) => {
    const lab = labOf(world)
    if (lab === null || !world.host.ok) {
      info.skip(true, world.host.ok ? 'no laboratory' : world.host.why)
      return
    }
    await use({ lab, showcase: world.host.showcase })
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  baseURL: async ({}, use) => use(readWorld().url),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  storageState: async ({}, use) => use(readWorld().session),
  page: async ({ page }, use) => {
    const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)]
    page.goto = async (...how) => {
      const answer = await goto(...how)
      await untilAlive(page)
      return answer
    }
    page.reload = async (...how) => {
      const answer = await reload(...how)
      await untilAlive(page)
      return answer
    }
    await use(page)
  },
  tolerate: [
    async ({ page }, use) => {
      const complaints: string[] = []
      const tolerated: RegExp[] = []
      listen(page, complaints)
      await use((complaint) => tolerated.push(complaint))
      const left = complaints.filter((complaint) => !tolerated.some((pattern) => pattern.test(complaint)))
      expect(left, 'the browser complained').toEqual([])
    },
    { auto: true },
  ],
  api: async ({ page, world }, use) => {
    await use(async (path) => {
      // A kept connection may end in the moment it is used again: that is no answer, and it is asked once more.
      const answer = await page.request.get(`${world.url}${path}`, { maxRetries: 1 })
      expect(answer.status(), path).toBe(200)
      return answer.json()
    })
  },
})

/**
 * What the page of something removed may say until it is left: it hears of the removal and asks once more, and 404 is the
 * true answer.
 */
export const NOT_FOUND = /Failed to load resource.*\b404\b/

/** The id of a guest of a connection, once it is in the inventory. Guests of others may have the same name. */
export async function guestIdOf(
  api: <T>(path: string) => Promise<T>,
  name: string,
  connection = HOST,
): Promise<string> {
  const query = `name:="${name.replace(/["\\]/g, '\\$&')}" connection:="${connection}"`
  let id: string | undefined
  const find = async () => {
    const { rows } = await api<GuestWindow>(`/api/guests?q=${encodeURIComponent(query)}`)
    id = rows[0]?.id
    return rows.map((row) => row.name)
  }
  await expect.poll(find, { timeout: 60_000 }).toEqual([name])
  return id ?? ''
}

/** Collects errors of the console, uncaught errors and requests to anybody but us. */
function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') complaints.push(`request to ${hostname}`)
  })
}

/** WCAG 2.2 A and AA by axe, on the page as it stands once nothing of it is on its way. */
export async function expectAccessible(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(stillMoving), { message: 'the page comes to rest' }).toEqual([])
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`)).toEqual(
    [],
  )
}

/** Runs in the page: what would be another page a moment later. What turns for as long as something runs does not count. */
function stillMoving(): string[] {
  const busy = [...document.querySelectorAll('[aria-busy=true], .sw-skeletons')].map((element) => element.outerHTML)
  const moving = document
    .getAnimations()
    .filter(({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity)
    .map(({ effect }) => (effect instanceof KeyframeEffect ? (effect.target?.outerHTML ?? '') : ''))
  return [...(document.title === '' ? ['no title'] : []), ...busy, ...moving].map((text) => text.slice(0, 200))
}

/** Nothing reaches over the right edge, once the page has followed a change of its size. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  await expect.poll(over, { timeout: 10_000 }).toBeLessThanOrEqual(0)
}

/** Language and theme as this browser's own choice. */
export async function choose(page: Page, look: { language?: 'en' | 'zh-CN'; theme?: 'light' | 'dark' }): Promise<void> {
  const cookies = [
    ...(look.language ? [{ name: 'sw-locale', value: look.language }] : []),
    ...(look.theme ? [{ name: 'sw-theme', value: look.theme }] : []),
  ]
  await page.context().addCookies(cookies.map((cookie) => ({ ...cookie, url: readWorld().url })))
}
