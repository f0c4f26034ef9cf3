/** Whether a long tree keeps up with the wheel: the time between painted frames while it scrolls. */
import type { Page } from '@playwright/test'

declare global {
  interface Window {
    benchFrames?: number[]
  }
}

/** One frame at 60 Hz takes 16.7 ms; a gap above this lost at least half of the next. */
export const DROPPED_MS = 25
const WHEEL_STEPS = 150
/** A brisk finger: some rows a frame. */
const WHEEL_PIXELS = 120

/** Scrolls with the wheel over the middle of the page; answers the gaps between frames, ms. */
export async function measureScrolling(page: Page): Promise<number[]> {
  await page.mouse.move(500, 600)
  await page.evaluate(() => {
    window.benchFrames = []
    let last: number | null = null
    const note = (now: number) => {
      if (window.benchFrames === undefined) return
      if (last !== null) window.benchFrames.push(now - last)
      last = now
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  for (let step = 0; step < WHEEL_STEPS; step += 1) {
    await page.mouse.wheel(0, WHEEL_PIXELS)
    await page.waitForTimeout(16)
  }
  return page.evaluate(() => {
    const frames = window.benchFrames ?? []
    delete window.benchFrames
    return frames
  })
}
