import { expect, type Page } from '@playwright/test'

/** A page is drawn before it hears: what is clicked, typed or pressed until then is lost, the longer the slower it is. */
export async function untilAlive(page: Page): Promise<void> {
  const alive = () =>
    page.evaluate(() => {
      const drawn = document.querySelector('main') ?? document.querySelector('h1')
      return drawn !== null && Object.keys(drawn).some((key) => key.startsWith('__react'))
    })
  await expect.poll(alive, { timeout: 60_000 }).toBe(true)
  // Effects follow; nothing is left of them once the page has nothing to do.
  await page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve(), { timeout: 10_000 })))
}
