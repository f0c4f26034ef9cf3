/** Every script a browser asks for until a page is at rest, weighed as it travels compressed. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Response } from '@playwright/test'

export type FirstLoad = {
  path: string
  /** gzip, bytes (10^3 to the kB) */
  bytes: number
  /** the scripts by what they hold */
  scripts: Map<string, { url: string; bytes: number; source: string }>
}

/** At rest: nothing was asked for during this long. Prefetching and idle callbacks come before it. */
const REST_MS = 1_500
const PATIENCE_MS = 30_000

/** Opens one page in a context without a cache of its own and weighs its scripts. */
export async function weighFirstLoad(context: BrowserContext, url: string, path: string): Promise<FirstLoad> {
  const page = await context.newPage()
  let lastAsked = performance.now()
  const bodies: Promise<{ url: string; source: string } | null>[] = []
  page.on('request', () => {
    lastAsked = performance.now()
  })
  page.on('response', (response) => {
    if (isScript(response)) bodies.push(bodyOf(response))
  })
  const answer = await page.goto(`${url}${path}`)
  if (answer === null || answer.status() !== 200) throw new Error(`${path} answered ${answer?.status()}`)
  const landed = new URL(page.url()).pathname
  if (landed !== path) throw new Error(`${path} led to ${landed}`)
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() - lastAsked < REST_MS && performance.now() < deadline) await page.waitForTimeout(100)
  const scripts: FirstLoad['scripts'] = new Map()
  for (const body of await Promise.all(bodies)) {
    if (body === null) continue
    const digest = createHash('sha1').update(body.source).digest('hex')
    scripts.set(digest, { ...body, bytes: gzipSync(body.source).length })
  }
  await page.close()
  return { path, bytes: [...scripts.values()].reduce((sum, { bytes }) => sum + bytes, 0), scripts }
}

const isScript = (response: Response): boolean =>
  response.request().resourceType() === 'script' || /javascript/.test(response.headers()['content-type'] ?? '')

/** The same script asked for twice (a preload and its use) is answered once; a redirect has no body. */
async function bodyOf(response: Response): Promise<{ url: string; source: string } | null> {
  if (response.status() !== 200) return null
  return { url: response.url(), source: await response.text() }
}
