/** What a person waits for in the browser: scripts of a first visit, rows after a keystroke, frames of a scroll. */
import type { Browser, BrowserContext, Page } from '@playwright/test'
import type { Store } from '../../lib/store/client'
import { fillBigInventory, LARGE_TREE_GUEST } from '../../lib/testing/big-inventory'
import { type FirstLoad, weighFirstLoad } from './first-load'
import { openBrowser, signIn, VIEWPORT } from './page'
import { createAdministrator, holdConnections, type Product, startMeasured } from './product'
import type { Bench, BenchContext, Figure } from './report'
import { BEFORE_SETUP, builtRoutes, concretePath, SIGNED_OUT } from './routes'
import { DROPPED_MS, measureScrolling } from './scrolling'
import { median, percentile } from './stats'
import { makeSubjects } from './subjects'
import { measureTyping } from './typing'

const MOST_KILOBYTES = 220
const MOST_KEYSTROKE_MS = 100
const FEWEST_KEYSTROKES = 50
const SCROLLS = 3
const INBOX_LINES = 2_000

/** Texts of zod's own that survive any minifier. */
const ZOD = /ZodError|"invalid_union"|_zod\b/

export const browserBench: Bench = {
  name: 'browser',
  about: 'first loads, filter-as-you-type and scrolling, in Chromium on the large inventory',
  async run(context) {
    const product = await startMeasured()
    const browser = await openBrowser(context.say)
    try {
      const loads = await weighPages(product, browser, context)
      const signedIn = await signIn(browser, product.url)
      return [
        ...loads,
        await typingFigure(product, signedIn),
        await treeFigure(product, signedIn),
        await inboxFigure(product, signedIn),
      ]
    } finally {
      await browser.close()
      await product.close()
    }
  },
}

async function weighPages(product: Product, browser: Browser, { say }: BenchContext): Promise<Figure[]> {
  const loads: FirstLoad[] = []
  const weigh = async (
    routes: readonly string[],
    state: Awaited<ReturnType<BrowserContext['storageState']>> | null,
    subjects: Record<string, string> = {},
  ) => {
    for (const route of routes) {
      const context = await browser.newContext({
        viewport: VIEWPORT,
        ...(state === null ? {} : { storageState: state }),
      })
      const load = await weighFirstLoad(context, product.url, concretePath(route, subjects))
      await context.close()
      loads.push({ ...load, path: route })
      say(`${(load.bytes / 1000).toFixed(1).padStart(6)} kB in ${load.scripts.size} scripts: ${route}`)
    }
  }
  await weigh(BEFORE_SETUP, null)
  await createAdministrator(product.data)
  await weigh(SIGNED_OUT, null)
  await fillBigInventory(product.store)
  await holdConnections(product.store)
  const signedIn = await signIn(browser, product.url)
  const apart = new Set([...BEFORE_SETUP, ...SIGNED_OUT])
  await weigh(
    builtRoutes().filter((route) => !apart.has(route)),
    await signedIn.storageState(),
    await makeSubjects(product),
  )
  await signedIn.close()
  return [heaviest(loads), ...zodFigures(loads)]
}

function heaviest(loads: readonly FirstLoad[]): Figure {
  const most = loads.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  return {
    bench: 'browser',
    what: 'scripts of the heaviest first load, gzip',
    value: most.bytes / 1000,
    unit: 'kB',
    target: { most: MOST_KILOBYTES },
    note: `${most.path}, of ${loads.length} routes, until nothing more is asked for`,
  }
}

function zodFigures(loads: readonly FirstLoad[]): Figure[] {
  const all = new Map(loads.flatMap(({ scripts }) => [...scripts]))
  const found = [...all.values()].filter(({ source }) => ZOD.test(source))
  const where = found.map(({ url }) => new URL(url).pathname.split('/').at(-1)).join(', ')
  return [
    {
      bench: 'browser',
      what: 'scripts that carry zod',
      value: found.length,
      unit: 'scripts',
      target: { most: 0 },
      note: found.length === 0 ? `${all.size} different scripts searched` : where,
    },
  ]
}

async function typingFigure({ url }: Product, context: BrowserContext): Promise<Figure> {
  const page = await openPage(context, `${url}/guests`, '[role=grid] tbody tr[data-index]')
  const totalFor = async (filter: string) => {
    const answer = await page.request.get(`${url}/api/guests?limit=1&q=${encodeURIComponent(filter)}`)
    return (await answer.json()).total as number
  }
  const strokes = await measureTyping(page, totalFor)
  await page.close()
  if (strokes.length < FEWEST_KEYSTROKES) throw new Error(`only ${strokes.length} keystrokes changed the rows`)
  const times = strokes.map(({ millis }) => millis)
  return {
    bench: 'browser',
    what: 'keystroke in the filter to painted rows, p95',
    value: percentile(times, 0.95),
    unit: 'ms',
    target: { most: MOST_KEYSTROKE_MS },
    note: `${times.length} keystrokes, median ${median(times).toFixed(0)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
  }
}

async function treeFigure({ url }: Product, context: BrowserContext): Promise<Figure> {
  const page = await openPage(context, `${url}/guests/${LARGE_TREE_GUEST}`, '[role=treegrid] [data-row]')
  const runs: number[][] = []
  for (let run = 0; run < SCROLLS; run += 1) {
    runs.push(await measureScrolling(page))
    await page.reload()
    await page.waitForSelector('[role=treegrid] [data-row]')
    await page.waitForTimeout(1_000)
  }
  await page.close()
  return scrolledFigure('a tree of 1,000', runs)
}

/** The inbox while a whole fleet is in trouble, unfolded as far as nobody goes on a good day. */
async function inboxFigure({ url, store }: Product, context: BrowserContext): Promise<Figure> {
  await insertAlerts(store)
  const page = await openPage(context, `${url}/alerts`, '.sw-alert')
  await unfoldInbox(page)
  const runs: number[][] = []
  for (let run = 0; run < SCROLLS; run += 1) {
    runs.push(await measureScrolling(page))
    await page.locator('.sw-inbox .main').evaluate((list) => list.scrollTo(0, 0))
    await page.waitForTimeout(1_000)
  }
  await page.close()
  return scrolledFigure(`an inbox of ${INBOX_LINES.toLocaleString('en')}`, runs)
}

/** As an evaluation leaves them; no rule stands behind them, so that none of it ends while it is looked at. */
async function insertAlerts(store: Store): Promise<void> {
  await store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, connection_id, where_name,
       severity, worst_severity, since, fired_at, value, value_at)
     SELECT 'bench-' || g.id, 'bench', '', 'chain-depth', 'guest', g.id, g.name, g.connection_id, c.name, s.severity,
       s.severity, now(), now(), 5, now()
     FROM guests g JOIN connections c ON c.id = g.connection_id,
       LATERAL (SELECT CASE WHEN hashtext(g.id) % 20 = 0 THEN 'critical' ELSE 'warning' END AS severity) s
     ORDER BY g.id LIMIT $1`,
    [INBOX_LINES],
  )
}

async function unfoldInbox(page: Page): Promise<void> {
  const lines = page.locator('.sw-alert')
  for (let shown = await lines.count(); shown < INBOX_LINES; shown = await lines.count()) {
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.waitForFunction((before) => document.querySelectorAll('.sw-alert').length > before, shown)
  }
}

function scrolledFigure(what: string, runs: number[][]): Figure {
  const dropped = runs.map((frames) => frames.filter((gap) => gap > DROPPED_MS).length)
  const all = runs.flat()
  return {
    bench: 'browser',
    what: `frames over ${DROPPED_MS} ms while ${what} scrolls`,
    value: median(dropped),
    unit: 'frames',
    target: { most: 0 },
    note: `median of ${SCROLLS} scrolls (${dropped.join(', ')}) of ${Math.round(all.length / SCROLLS)} frames; p99 ${percentile(all, 0.99).toFixed(1)} ms`,
  }
}

async function openPage(context: BrowserContext, address: string, ready: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(address)
  await page.waitForSelector(ready)
  // What a page does once it is at rest (live updates, prefetching) is not the keystroke's.
  await page.waitForTimeout(2_000)
  return page
}
