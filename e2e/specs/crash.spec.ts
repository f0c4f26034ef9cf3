/** Nothing that matters lives in memory: any process may be killed at any moment and the story goes on. */
import { test as base, expect } from '@playwright/test'
import { childPids, cleanUp, startProduct, temporaryData, until } from '../../scripts/testing/start-product'
import { runCommand } from '../support/installation'

/** A process is back within this, ms: restart with back-off, then health. */
const BACK = 120_000

type Health = { status: string; worker: { heartbeatAgeMs: number | null } | null }

base.describe.configure({ mode: 'serial' })

base('web, worker and database are killed one after the other: all come back, nothing is lost', async () => {
  base.setTimeout(1_800_000)
  const data = temporaryData()
  try {
    const product = await startProduct(data)
    const url = `http://127.0.0.1:${product.port}`
    await runCommand(['demo', 'prepare', '--data', data, '--json'])
    const secret = (await runCommand(['token', 'create', '--name', 'crash', '--role', 'viewer', '--data', data])).trim()
    const guests = async (): Promise<string[] | null> => {
      try {
        const answer = await fetch(`${url}/api/v1/guests?limit=500`, { headers: { authorization: `Bearer ${secret}` } })
        if (!answer.ok) return null
        const body: { items: { id: string; name: string }[] } = await answer.json()
        return body.items.map((item) => `${item.id} ${item.name}`).sort()
      } catch (error) {
        if (error instanceof TypeError) return null
        throw error
      }
    }
    const healthy = async (): Promise<boolean> => {
      try {
        const answer = await fetch(`${url}/api/health`)
        const health: Health = await answer.json()
        return answer.status === 200 && health.status === 'ok'
      } catch (error) {
        if (error instanceof TypeError || error instanceof SyntaxError) return false
        throw error
      }
    }
    const isReadThrough = async (): Promise<boolean> => {
      const answer = await fetch(`${url}/api/v1/connections`, { headers: { authorization: `Bearer ${secret}` } })
      const body: { items: { state: string }[] } = await answer.json()
      return body.items.length > 0 && body.items.every(({ state }) => state !== 'never-read')
    }
    // Each connection's guests come by themselves: what is compared afterwards is the whole fleet.
    await until(isReadThrough, BACK)
    expect((await guests())?.length).toBeGreaterThan(150)
    const before = await guests()
    for (const victim of ['worker', 'web', 'postgres']) {
      const pids = childPids(product.runtime())
      const pid = Object.entries(pids).find(
        ([name]) => name.includes(victim) || (victim === 'postgres' && name.includes('database')),
      )?.[1]
      expect(pid, `${victim} among ${Object.keys(pids).join(', ')}`).toBeDefined()
      process.kill(pid ?? 0, 'SIGKILL')
      await until(() => !Object.values(childPids(product.runtime())).includes(pid ?? 0), BACK)
      await until(healthy, BACK)
      // A connection that was cut may be noticed by one request more.
      let after: string[] | null = null
      await until(async () => {
        after = await guests()
        return after !== null
      }, BACK)
      expect(after, `after ${victim} was killed`).toEqual(before)
    }
  } finally {
    await cleanUp()
  }
})
