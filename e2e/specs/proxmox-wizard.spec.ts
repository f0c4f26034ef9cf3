/** A Proxmox VE cluster through the wizard: its certificate compared, its rights shown, and what a change of either does. */
import type { Page } from '@playwright/test'
import { makeClusterCertificates, type NodeCertificate } from '../labs/proxmox/certificate'
import { realClock } from '../labs/proxmox/clock'
import { recordedServer } from '../labs/proxmox/inventory'
import { seededChance } from '../labs/proxmox/random'
import { type ProxmoxLab, startProxmoxLab } from '../labs/proxmox/server'
import { expect, expectAccessible, NOT_FOUND, test } from '../support/test'

const SECRET = '00000000-0000-4000-8000-000000000006'
let lab: ProxmoxLab
let other: NodeCertificate
test.beforeEach(async () => {
  const certificate = one(makeClusterCertificates(['pve1'], ['127.0.0.1']))
  other = one(makeClusterCertificates(['pve1'], ['127.0.0.1']))
  lab = await startProxmoxLab({ cluster: recordedServer({ clock: realClock(), chance: seededChance(1) }), certificate })
})
test.afterEach(() => lab.close())

function one(certificates: readonly NodeCertificate[]): NodeCertificate {
  const [certificate] = certificates
  if (certificate === undefined) throw new Error('no certificate was made')
  return certificate
}

const groups = (fingerprint: string): string => fingerprint.replace(/:/g, ' ')
const secret = (page: Page) => page.getByLabel('Token secret', { exact: true })

async function fill(page: Page, name: string): Promise<void> {
  await page.goto('/connections/new')
  await expect(page.getByRole('radio', { name: 'Proxmox VE' })).toBeChecked()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(lab.url)
  await page.getByRole('textbox', { name: 'API token ID' }).fill('audit@pve!ro')
  await secret(page).fill(SECRET)
}

test('a cluster is compared, tried, added with its authority, and stops when the certificate changes', async ({
  page,
  tolerate,
}) => {
  tolerate(NOT_FOUND)
  test.setTimeout(400_000)
  await fill(page, 'pve-wizard')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByText('This server signs its own certificate. Is it really yours?')).toBeVisible()
  await expect(page.getByRole('img', { name: groups(lab.fingerprint) })).toBeInViewport()
  expect(lab.requests(), 'nothing is sent before the pin').toBe(0)
  await expectAccessible(page)

  await page.getByRole('checkbox', { name: 'The fingerprints match. Pin this certificate.' }).check({ force: true })
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByText('Connected to Proxmox VE 9.2.11')).toBeInViewport({ timeout: 60_000 })
  await expect(page.getByRole('listitem').filter({ hasText: 'VM.Audit' }).first()).toContainText('See guests')
  await expect(page.getByRole('listitem').filter({ hasText: 'VM.Config.Disk' })).toContainText('Missing.')
  await page.getByRole('checkbox', { name: /Pin the cluster’s authority/ }).check({ force: true })
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Add connection' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'pve-wizard' })).toBeVisible()
  await expect(page.getByText('the cluster’s authority is pinned')).toBeVisible()

  // This token may not see volumes: unread is not empty.
  const connection = page.url()
  await page.goto('/storage')
  await page.getByRole('row').filter({ hasText: 'pve-wizard' }).getByRole('link', { name: 'dir1' }).click()
  await expect(page.getByText('What guests take here could not be read.')).toBeVisible()
  await page.goto(connection)

  lab.changeCertificate(other)
  const before = lab.requests()
  await page.getByRole('button', { name: 'Collect now' }).click()
  await expect(page.getByText(/shows another certificate than the pinned one/).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('img', { name: groups(other.fingerprint) })).toBeVisible()
  expect(lab.requests(), 'nothing is sent to another certificate').toBe(before)
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Compare and pin again' }).click()
  await expect(page.getByRole('textbox', { name: 'API token ID' })).toHaveValue('audit@pve!ro')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Token secret')
  await secret(page).fill(SECRET)
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByText('If you renewed it, compare and pin the new one.')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('checkbox', { name: 'The fingerprints match. Pin this certificate.' }).check({ force: true })
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByText('Connected to Proxmox VE 9.2.11')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('this one certificate is pinned')).toBeVisible()

  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove pve-wizard' }).click()
  await expect(page).toHaveURL(/\/connections$/)
})

test('a wrong secret, an address that is none, and the lines that make a token', async ({ page }) => {
  await fill(page, 'pve-wrong')
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill('http://pve1')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await expect(page.getByText('This is not the address of a Proxmox VE server: http://pve1')).toBeVisible()
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(lab.url)
  await secret(page).fill('wrong')
  await page.getByRole('button', { name: 'Test connection' }).click()
  await page.getByRole('checkbox', { name: 'The fingerprints match. Pin this certificate.' }).check({ force: true })
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByText('The API token was refused')).toBeVisible({ timeout: 60_000 })
  await page.getByText('Make a token that can read, and nothing else').click()
  await expect(
    page.getByText('pveum role add SnapwardenObserve --privs "VM.Audit,Datastore.Audit,Sys.Audit"'),
  ).toBeVisible()
})
