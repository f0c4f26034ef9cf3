import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
]
const CJK_FONT = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'
const PACKAGES = ['chromium', 'fonts-noto-cjk', 'fonts-noto-core']
const INSTALL_TIMEOUT_MS = 15 * 60_000

/**
 * The browser for tests: SNAPWARDEN_CHROMIUM, else the system's.
 * @returns {string | null}
 */
export function findBrowser() {
  const chosen = process.env.SNAPWARDEN_CHROMIUM
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : null
  return BROWSERS.find((path) => existsSync(path)) ?? null
}

/**
 * Makes sure there is a browser, and a font with Chinese in it; installs both as root on Debian.
 * @param {(line: string) => void} say
 * @returns {Promise<{ ok: true } | { ok: false, why: string }>}
 */
export async function ensureBrowser(say) {
  if (findBrowser() !== null && existsSync(CJK_FONT)) return { ok: true }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing ${PACKAGES.join(', ')} …`)
    const failure = await installPackages()
    if (failure !== null) say(`apt-get could not: ${failure}`)
  }
  if (findBrowser() === null)
    return { ok: false, why: 'no Chromium: install the package chromium, or name one in SNAPWARDEN_CHROMIUM' }
  return { ok: true }
}

/** @returns {Promise<string | null>} what went wrong, null when nothing did */
async function installPackages() {
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  }
  const install = ['install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...PACKAGES]
  try {
    await execute('apt-get', install, options)
    return null
  } catch {
    // The package lists may be old or absent: fetch them once and try again.
  }
  try {
    await execute('apt-get', ['update'], options)
    await execute('apt-get', install, options)
    return null
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n').at(-1) ?? error.message) : String(error)
  }
}
