/** How long after a keystroke the rows it asked for are painted, inside the browser. */
import type { Page } from '@playwright/test'

declare global {
  interface Window {
    benchKeystroke?: { pressedAt: number; paintedAt: number | null; expected: number }
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
  await page.evaluate(watchPaints)
  const seen = new Set<string>()
  const times: { filter: string; millis: number }[] = []
  for (const word of WORDS) {
    await input.fill('')
    await input.focus()
    let before = await totalFor('')
    await page.waitForFunction(isShowing, before)
    for (let length = 1; length <= word.length; length += 1) {
      const filter = word.slice(0, length)
      const total = await totalFor(filter)
      await page.evaluate((expected) => {
        window.benchKeystroke = { pressedAt: 0, paintedAt: null, expected }
      }, total)
      await page.keyboard.press(filter.slice(-1))
      await page.waitForFunction(() => window.benchKeystroke?.paintedAt !== null, null, { timeout: PATIENCE_MS })
      const millis = await page.evaluate(() => {
        const stroke = window.benchKeystroke
        return (stroke?.paintedAt ?? Number.NaN) - (stroke?.pressedAt ?? 0)
      })
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
 * In the page: notes when a key went down, and when a frame was painted that has the expected rows. A task queued in
 * an animation frame runs after that frame was painted.
 */
function watchPaints(): void {
  document.addEventListener(
    'keydown',
    (event) => {
      if (window.benchKeystroke) window.benchKeystroke.pressedAt = event.timeStamp
    },
    true,
  )
  const grid = () => document.querySelector('[role=grid]')
  const look = () => {
    requestAnimationFrame(look)
    const stroke = window.benchKeystroke
    if (stroke === undefined || stroke.pressedAt === 0 || stroke.paintedAt !== null) return
    if (grid()?.getAttribute('aria-rowcount') !== String(stroke.expected + 1)) return
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      stroke.paintedAt ??= performance.now()
    }
    port2.postMessage(null)
  }
  requestAnimationFrame(look)
}
