/** A Proxmox VE cluster beside the libvirt host: the same pages, the same filter, and what only Proxmox VE tells. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import type { GuestWindow } from '@/lib/domain/view'
import { root } from '../../scripts/lib/root.mjs'
import { runCommand } from '../support/installation'
import { choose, expect, expectAccessible, expectNoSidewaysScroll, test } from '../support/test'

const TOKEN = { id: 'root@pam!lab', secret: '00000000-0000-4000-8000-000000000001' }
const NAME = 'pve-lab'

/** The laboratory in a process of its own: the recorded server on a free port. */
async function startLab(): Promise<{ url: string; fingerprint: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'lab-proxmox.mjs'), '--port', '0'], { cwd: root })
  return new Promise((resolve, reject) => {
    let told = ''
    child.stdout.on('data', (chunk) => {
      told += chunk
      const [, url, fingerprint] = /lab ready: (\S+) (\S+)/.exec(told) ?? []
      if (url !== undefined && fingerprint !== undefined) resolve({ url, fingerprint, child })
    })
    child.once('exit', (code) => reject(new Error(`the laboratory ended with ${code}: ${told}`)))
  })
}

/** `qm snapshot` on the node, as it were: somebody else's doing, without us. */
function takeOutside(url: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api2/json/nodes/pve1/qemu/102/snapshot?snapname=${name}`,
      {
        method: 'POST',
        headers: { authorization: `PVEAPIToken=${TOKEN.id}=${TOKEN.secret}` },
        rejectUnauthorized: false,
      },
      (answer) => {
        answer.resume()
        answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))))
      },
    )
    sent.once('error', reject)
    sent.end()
  })
}

test('a cluster is read, shown like any source, and followed', async ({ page, api, world, complaints }) => {
  test.setTimeout(180_000)
  const lab = await startLab()
  try {
    const file = join(world.data, 'pve-lab.yaml')
    writeFileSync(
      file,
      `name: ${NAME}\nkind: proxmox\nurl: ${lab.url}\ntokenId: ${TOKEN.id}\ntokenSecret: ${TOKEN.secret}\nfingerprint: '${lab.fingerprint}'\n`,
    )
    await runCommand(['connection', 'add', '--file', file, '--data', world.data])
    const listed = async () => (await api<GuestWindow>('/api/guests?q=connection%3Apve-lab')).total
    await expect.poll(listed, { timeout: 60_000 }).toBe(12)

    await page.goto(`/guests?q=connection%3A${NAME}`)
    const grid = page.getByRole('grid', { name: 'Guests' })
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(grid.getByRole('link', { name: 'ct201' })).toBeVisible()
    await grid.getByRole('link', { name: 'db01' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'db01' })).toBeVisible()
    await expect(page.getByText(/Backed up/)).toBeVisible()
    for (const name of ['state_a', 'state_b', 'state_c']) {
      await expect(page.getByRole('treegrid').getByText(name, { exact: true })).toBeVisible()
    }
    await expect(page.getByText('You are here')).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(page)
    await page.setViewportSize({ width: 1280, height: 720 })

    // Taken on the node itself: the page hears of it without being asked.
    await takeOutside(lab.url, 'taken_outside')
    await expect(page.getByRole('treegrid').getByText('taken_outside', { exact: true })).toBeVisible({
      timeout: 20_000,
    })

    await choose(page, { language: 'zh-CN', theme: 'dark' })
    await page.reload()
    await expectAccessible(page)
    await choose(page, { language: 'en', theme: 'light' })
    await page.goto('/storage')
    await expect(page.getByText('chain1').first()).toBeVisible()
    await expect(page.getByText('offline1').first()).toBeVisible()
    await expectAccessible(page)
  } finally {
    await page.goto('/connections')
    await page.getByRole('link', { name: NAME }).first().click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: `Remove ${NAME}` }).click()
    await expect(page).toHaveURL(/\/connections$/)
    lab.child.kill()
  }
  expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
  complaints.length = 0
})
