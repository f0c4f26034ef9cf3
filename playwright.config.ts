import { defineConfig } from '@playwright/test'
import { findBrowser } from './scripts/lib/browser.mjs'

const browser = findBrowser()

/** Chromium's sandbox refuses to run as root; these tests open only our own pages. */
const asRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  globalSetup: './e2e/support/global-setup.ts',
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : [['list']],
  forbidOnly: true,
  retries: 0,
  workers: 2,
  fullyParallel: true,
  // Bounds against hanging, not on speed: a machine may have other things to do.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: 'chromium',
    launchOptions: { ...(browser === null ? {} : { executablePath: browser }), args: asRoot ? ['--no-sandbox'] : [] },
    locale: 'en-US',
    timezoneId: 'UTC',
    // What is half faded in is not what people read, and axe would judge it.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})
