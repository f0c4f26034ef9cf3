import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findBrowser } from '../../scripts/lib/browser.mjs'
import type { Showcase } from '../labs/libvirt/expected'
import { attachLab, type LabInfo, type LibvirtLab, startLibvirtLab } from '../labs/libvirt/lab'
import { buildShowcase } from '../labs/libvirt/scenarios'
import { untilAlive } from './alive'
import { type Installation, runCommand } from './installation'

/** What all browser tests look at: one installation, and a real libvirt host with every kind of guest on it. */
export type World = {
  url: string
  data: string
  email: string
  password: string
  /** cookies of the signed-in administrator */
  session: string
  host: { ok: true; info: LabInfo; showcase: Showcase } | { ok: false; why: string }
}

/** Name of the connection to the laboratory. */
export const HOST = 'kvm-lab'

/** Builds the world around a running installation. Where no libvirt can run, says why; in CI that is an error. */
export async function buildWorld(installation: Installation): Promise<{ close: () => Promise<void> }> {
  const started = await startLibvirtLab({ tcp: true })
  if (!started.ok && process.env.CI) throw new Error(`the libvirt laboratory cannot run: ${started.why}`)
  const host: World['host'] = started.ok
    ? { ok: true, info: started.lab.info, showcase: await buildShowcase(started.lab) }
    : { ok: false, why: started.why }
  if (started.ok) await addConnection(installation.data, HOST, started.lab)
  const session = await signIn(installation)
  const { url, data, email, password } = installation
  const world: World = { url, data, email, password, session, host }
  const file = join(data, 'e2e-world.json')
  writeFileSync(file, JSON.stringify(world), { mode: 0o600 })
  process.env.SNAPWARDEN_E2E_WORLD = file
  return { close: async () => (started.ok ? started.lab.close() : undefined) }
}

/** The world as a worker of the test runner sees it. */
export function readWorld(): World {
  const file = process.env.SNAPWARDEN_E2E_WORLD
  if (file === undefined) throw new Error('browser tests run through Playwright with its global set-up')
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The laboratory of the world; a test that needs it is skipped by name where it cannot run. */
export const labOf = (world: World): LibvirtLab | null => (world.host.ok ? attachLab(world.host.info) : null)

/**
 * Adds a laboratory as a connection, by the command line, and reads it once. To operate: an observer may not read the
 * bytes of an image (libvirt counts that as a change), so what only images hold would be unknown.
 */
export async function addConnection(data: string, name: string, lab: LibvirtLab): Promise<void> {
  if (lab.tcp === undefined) throw new Error('the laboratory was started without its TCP port')
  const directory = join(data, 'e2e')
  mkdirSync(directory, { recursive: true })
  const file = join(directory, `${name}.yaml`)
  writeFileSync(
    file,
    `name: ${name}\nkind: libvirt\nmode: operate\nuri: qemu+tcp://${lab.tcp.host}:${lab.tcp.port}/system\n`,
  )
  await runCommand(['connection', 'add', '--file', file, '--data', data])
  await runCommand(['collect', name, '--data', data])
}

/** The command line on the data of the world, as an administrator of its machine would use it. */
export const runIn = (data: string, args: readonly string[]): Promise<string> => runCommand([...args, '--data', data])

/** Signs the administrator in through the page, once for all tests; answers the file with the session. */
async function signIn(installation: Installation): Promise<string> {
  const browser = await chromium.launch({
    ...(findBrowser() === null ? {} : { executablePath: findBrowser() ?? '' }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    const page = await browser.newPage()
    const answer = await page.goto(`${installation.url}/sign-in`)
    if (answer?.status() !== 200) throw new Error(`sign-in answered ${answer?.status()}`)
    await untilAlive(page)
    await page.getByRole('textbox', { name: 'E-mail' }).fill(installation.email)
    await page.locator('input[name=password]').fill(installation.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${installation.url}/`)
    const file = join(installation.data, 'e2e-session.json')
    await page.context().storageState({ path: file })
    return file
  } finally {
    await browser.close()
  }
}
