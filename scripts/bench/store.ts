/** 10,000 guests with 100,000 snapshots: how fast the real web server answers, and what memory it takes. */
import { BIG_INVENTORY, fillBigInventory, LARGE_TREE_GUEST } from '../../lib/testing/big-inventory'
import { cookieHeader, openBrowser, signIn } from './page'
import { memoryOf } from './processes'
import { createAdministrator, createToken, holdConnections, type Product, startMeasured } from './product'
import type { Bench, Figure } from './report'
import { median, percentile, timed } from './stats'

const MOST_MS = 100
const MOST_WEB_MB = 250
const ROUNDS = 12
const WARM_UP_ROUNDS = 2

/** What people do with the list: look, sort, search, filter, scroll far down. */
const LISTS = [
  'limit=200',
  'limit=200&sort=held&dir=desc',
  'limit=200&sort=snapshots&dir=desc',
  'limit=200&sort=oldest&dir=asc',
  'limit=200&offset=9600',
  'limit=200&q=web-0',
  'limit=200&q=team-7',
  `limit=200&q=${encodeURIComponent('power:running snapshots:>5')}`,
  `limit=200&q=${encodeURIComponent('held:>10GiB -tag:team-3')}&sort=held&dir=desc`,
  `limit=200&q=${encodeURIComponent('chain:>3 oldest:>7d')}`,
  'limit=200&q=nothing-is-called-this',
]
const API_LISTS = [
  '',
  'limit=500',
  'limit=100&q=web-0',
  `limit=100&q=${encodeURIComponent('power:running held:>10GiB')}`,
]
const GUESTS = [LARGE_TREE_GUEST, 'bench-guest-2', 'bench-guest-777', 'bench-guest-5000', 'bench-guest-9999']

export const storeBench: Bench = {
  name: 'store',
  about: '10,000 guests and 100,000 snapshots through the real web server',
  async run({ say }) {
    const product = await startMeasured()
    try {
      const headers = await prepare(product, say)
      return [...(await measureAnswers(product, headers)), memoryFigure(product)]
    } finally {
      await product.close()
    }
  },
}

type Headers = { cookie: Record<string, string>; token: Record<string, string> }

async function prepare(product: Product, say: (line: string) => void): Promise<Headers> {
  await createAdministrator(product.data)
  const secret = await createToken(product.data)
  say(`storing ${BIG_INVENTORY.guests} guests with ${BIG_INVENTORY.snapshots} snapshots`)
  await fillBigInventory(product.store)
  await holdConnections(product.store)
  const browser = await openBrowser(say)
  try {
    const cookie = await cookieHeader(await signIn(browser, product.url))
    return { cookie: { cookie }, token: { authorization: `Bearer ${secret}` } }
  } finally {
    await browser.close()
  }
}

async function measureAnswers({ url }: Product, { cookie, token }: Headers): Promise<Figure[]> {
  const groups = [
    { what: 'GET /api/guests, p95', urls: LISTS.map((query) => `${url}/api/guests?${query}`), headers: cookie },
    {
      what: 'GET /api/v1/guests, p95',
      urls: API_LISTS.map((query) => `${url}/api/v1/guests?${query}`),
      headers: token,
    },
    {
      what: 'guest page data, p95',
      urls: GUESTS.map((id) => `${url}/api/guests/${id}`),
      headers: cookie,
    },
    {
      what: 'GET /api/v1/guests/{id}/snapshots, p95',
      urls: GUESTS.map((id) => `${url}/api/v1/guests/${id}/snapshots`),
      headers: token,
    },
  ]
  const figures: Figure[] = []
  for (const { what, urls, headers } of groups) {
    const times: number[] = []
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      for (const address of urls) {
        const { millis } = await timed(() => read(address, headers))
        if (round >= 0) times.push(millis)
      }
    }
    const note = `${times.length} requests of ${urls.length} kinds, median ${median(times).toFixed(1)} ms`
    figures.push({ bench: 'store', what, value: percentile(times, 0.95), unit: 'ms', target: { most: MOST_MS }, note })
  }
  return figures
}

/** The whole answer, read to its end. @throws Error when it is none */
async function read(address: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(address, { headers })
  const body = await answer.text()
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${body.slice(0, 500)}`)
}

function memoryFigure({ pids }: Product): Figure {
  const { nowMb, mostMb } = memoryOf(pids.web ?? 0)
  const note = `at its most, after all of it; ${nowMb.toFixed(0)} MB at the end`
  return {
    bench: 'store',
    what: 'web server, resident memory',
    value: mostMb,
    unit: 'MB',
    target: { most: MOST_WEB_MB },
    note,
  }
}
