/** How long a warm start takes: everything installed, built and migrated, from the command to a served page. */
import { cleanUp, startProduct, temporaryData } from '../testing/start-product'
import type { Bench } from './report'
import { median, timed } from './stats'

const REPEATS = 5
const MOST_SECONDS = 5

export const startBench: Bench = {
  name: 'start',
  about: 'from the command to a served page, everything built',
  async run({ say }) {
    const data = temporaryData()
    const seconds: number[] = []
    try {
      for (let repeat = 0; repeat <= REPEATS; repeat += 1) {
        const { millis, value: product } = await timed(() => startToPage(data))
        // The first start makes the database: it is not a warm one.
        if (repeat > 0) seconds.push(millis / 1000)
        say(`${repeat === 0 ? 'first start' : 'warm start'}: ${(millis / 1000).toFixed(2)} s`)
        product.child.kill('SIGTERM')
        await product.exited
      }
    } finally {
      await cleanUp()
    }
    const note = `median of ${REPEATS}, ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s`
    return [
      {
        bench: 'start',
        what: 'warm start to a served page',
        value: median(seconds),
        unit: 's',
        target: { most: MOST_SECONDS },
        note,
      },
    ]
  },
}

async function startToPage(data: string) {
  const product = await startProduct(data)
  const page = await fetch(`http://127.0.0.1:${product.port}/`)
  if (!page.ok || !(await page.text()).includes('<html')) throw new Error(`the first page answered ${page.status}`)
  return product
}
