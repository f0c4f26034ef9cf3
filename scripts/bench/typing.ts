/** How long after a keystroke the rows it asked for are painted, inside the browser. */
import type { Page } from '@playwright/test'

declare global {
  interface Window {
    /** settles with the ms from the key going down to the frame that has the expected rows */
    benchKeystroke?: Promise<number>
  }
}

/** Words of different first letters and lengths: every keystroke changes how many rows there are. */
const WORDS = [
  '07314',
  'il-028',
  '51962',
  'eb-041',
  '86207',
  'db-013',
  '29485',
  'he-057',
  '63871',
  'ld-072',
  '40538',
  '95126',
]

const PATIENCE_MS = 10_000

/**
 * Types words into the filter of the guests page, letter by letter, each after the last one's rows were painted.
 * `totalFor` tells how many rows a filter has. Answers ms per keystroke; what was typed before is left out, because its
 * rows are at hand.
 */
export async function measureTyping(
  page: Page,
  totalFor: (filter: string) => Promise<number>,
): Promise<{ filter: string; millis: number }[]> {
  const input = page.getByRole('textbox', { name: 'Filter by name or tag' })
  const seen = new Set<string>()
  const times: { filter: string; millis: number }[] = []
  for (const word of WORDS) {
    await input.fill('')
    await input.focus()
    let before = await totalFor('')
    await page.waitForFunction(isShowing, before, { polling: 50, timeout: PATIENCE_MS })
    for (let length = 1; length <= word.length; length += 1) {
      const filter = word.slice(0, length)
      const total = await totalFor(filter)
      await page.evaluate(awaitRows, total)
      await page.keyboard.press(filter.slice(-1))
      const millis = await page.evaluate(() => window.benchKeystroke ?? Number.NaN)
      if (total !== before && !seen.has(filter)) times.push({ filter, millis })
      seen.add(filter)
      before = total
    }
  }
  return times
}

const isShowing = (total: number): boolean =>
  document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === String(total + 1)

/**
 * In the page: waits for a key, then for the frame that paints the expected number of rows. Nothing runs meanwhile that
 * the page would not run itself. A task queued in an animation frame runs after that frame was painted.
 */
function awaitRows(expected: number): void {
  const grid = document.querySelector('[role=grid]')
  const pressed = new Promise<number>((resolve) => {
    document.addEventListener('keydown', (event) => resolve(event.timeStamp), { capture: true, once: true })
  })
  const shown = new Promise<void>((resolve) => {
    const look = (): boolean => grid?.getAttribute('aria-rowcount') === String(expected + 1)
    const observer = new MutationObserver(() => {
      if (!look()) return
      observer.disconnect()
      resolve()
    })
    if (grid) observer.observe(grid, { attributes: true, attributeFilter: ['aria-rowcount'] })
    if (look()) pressed.then(() => resolve())
  })
  const painted = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now())
        port2.postMessage(null)
      })
    })
  window.benchKeystroke = shown.then(painted).then(async (paintedAt) => paintedAt - (await pressed))
}
