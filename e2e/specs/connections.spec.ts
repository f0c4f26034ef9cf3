/** Adding, testing and removing a connection through its pages; every mistake says what it is. */
import { startLibvirtLab } from '../labs/libvirt/lab'
import { test as base, expect, NOT_FOUND } from '../support/test'

/** Of its own: beside the shared one, every guest would be there twice while other specs look for theirs. */
const test = base.extend<{ tcp: { host: string; port: number } }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  tcp: async ({}, use, info) => {
    const started = await startLibvirtLab({ tcp: true })
    if (!started.ok) {
      info.skip(true, started.why)
      return
    }
    const { lab } = started
    try {
      if (lab.tcp === undefined) throw new Error('the laboratory was started without its TCP port')
      await use(lab.tcp)
    } finally {
      await lab.close()
    }
  },
})

test('a host is tried, added read-only, read, and removed again', async ({ page, tcp, tolerate }) => {
  tolerate(NOT_FOUND)
  test.setTimeout(400_000)
  await page.goto('/connections/new')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('kvm-by-hand')
  await page.getByRole('radio', { name: 'KVM / libvirt' }).check({ force: true })
  await page.getByRole('radio', { name: 'TCP' }).check({ force: true })
  await page.getByRole('textbox', { name: 'Host' }).fill(tcp.host)
  await page.getByRole('textbox', { name: 'Port' }).fill(String(tcp.port))
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByText(/Connected to .*9\.|Connected to .*1\d\./)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('See guests', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Add connection' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'kvm-by-hand' })).toBeVisible()
  await expect(page.getByText('Answering')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('radio', { name: /Observe/ })).toBeChecked()
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('Nothing changes on the hypervisor')
  await page.getByRole('button', { name: 'Remove kvm-by-hand' }).click()
  await expect(page).toHaveURL(/\/connections$/)
  await expect(page.getByRole('link', { name: 'kvm-by-hand' })).toBeHidden()
})

test('a refused port says so, and what was typed stays', async ({ page }) => {
  await page.goto('/connections/new')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('nobody-there')
  await page.getByRole('radio', { name: 'KVM / libvirt' }).check({ force: true })
  await page.getByRole('radio', { name: 'TCP' }).check({ force: true })
  await page.getByRole('textbox', { name: 'Host' }).fill('127.0.0.1')
  await page.getByRole('textbox', { name: 'Port' }).fill('9')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByText(/127\.0\.0\.1.*refused/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('nobody-there')
})

test('clear text to another machine has to be accepted by name', async ({ page }) => {
  await page.goto('/connections/new')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('far-away')
  await page.getByRole('radio', { name: 'KVM / libvirt' }).check({ force: true })
  await page.getByRole('radio', { name: 'TCP' }).check({ force: true })
  await page.getByRole('textbox', { name: 'Host' }).fill('kvm-gz-01.example.cn')
  await expect(page.getByText('Nothing is encrypted on the way to kvm-gz-01.example.cn.')).toBeVisible()
  await page.getByRole('button', { name: 'Add connection' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
  await expect(page).toHaveURL(/\/connections\/new$/)
})

test('an incomplete form names what is missing', async ({ page }) => {
  await page.goto('/connections/new')
  await page.getByRole('radio', { name: 'KVM / libvirt' }).check({ force: true })
  await page.getByRole('button', { name: 'Add connection' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Name, Host, Private key')
})
