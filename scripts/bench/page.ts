/** A browser on the product, signed in as a person would. */
import { type Browser, type BrowserContext, chromium } from '@playwright/test'
import { ensureBrowser, findBrowser } from '../lib/browser.mjs'
import { Problem } from '../lib/problem.mjs'
import { EMAIL, PASSWORD } from './product'

/** Starts Chromium. @throws Problem where there is none */
export async function openBrowser(say: (line: string) => void): Promise<Browser> {
  const there = await ensureBrowser(say)
  if (!there.ok) throw new Problem(`This bench needs a browser: ${there.why}.`, { exitCode: 1 })
  const found = findBrowser()
  return chromium.launch({
    ...(found === null ? {} : { executablePath: found }),
    // Chromium's sandbox refuses to run as root; these pages are only our own.
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
}

/** A desktop's window. */
export const VIEWPORT = { width: 1440, height: 900 }

/** Signs the administrator in through the page. */
export async function signIn(browser: Browser, url: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${url}/sign-in`)
  await page.getByRole('textbox', { name: 'E-mail' }).fill(EMAIL)
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${url}/`)
  await page.close()
  return context
}

/** The `Cookie` header of a signed-in browser. */
export async function cookieHeader(context: BrowserContext): Promise<string> {
  const cookies = await context.cookies()
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}
