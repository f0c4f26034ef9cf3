import { isOpenToOthers } from './root.mjs'

/** @typedef {import('./test-report.mjs').RingReport} RingReport */

/**
 * Skips we expect somewhere, each with the condition that explains it. Any other skip in CI is a failure: a test that
 * silently stopped running looks exactly like one that passes.
 * @type {readonly { name: RegExp, expected: () => boolean, reason: string }[]}
 */
const EXPECTED_SKIPS = [
  {
    name: /the port's contract: fake proxmox .* external snapshot/,
    expected: () => true,
    reason: 'Proxmox VE has no external snapshots',
  },
  {
    name: /the port's contract: libvirt with real QEMU .* unreadable section/,
    expected: () => true,
    reason: 'libvirtd cannot be made to fail at one guest only; the fake can',
  },
  {
    name: /the port's contract: Proxmox VE, (machines|containers) .*(external snapshot|hints at changes)/,
    expected: () => true,
    reason: 'Proxmox VE has no external snapshots and pushes nothing',
  },
  {
    name: /the port's contract: Proxmox VE, containers .*snapshot with memory/,
    expected: () => true,
    reason: 'containers save no memory',
  },
  {
    name: /the port's contract: libvirt's test driver commands /,
    expected: () => true,
    reason: 'the test driver has no block jobs and no events of them; commands are tried on real QEMU',
  },
  {
    name: /the port's contract: libvirt's test driver .* (empty world|external snapshot|own words contradict|unreadable section|when it is refused|dies under it|vanished between|world that hangs)/,
    expected: () => true,
    reason: 'the test driver starts with a guest, has no files, and its wire is tried on real QEMU',
  },
  {
    name: /start\.services\.test\.ts › .*as root on a closed directory/,
    expected: () => process.getuid?.() !== 0,
    reason: 'is about running as root',
  },
  {
    name: /start\.services\.test\.ts › .*as an ordinary user/,
    expected: () => process.getuid?.() !== 0 || !isOpenToOthers(),
    reason: 'needs root, to become another user, and a checkout that user can read',
  },
  {
    name: /postgres\.services\.test\.ts › .*as root/,
    expected: () => process.getuid?.() !== 0,
    reason: 'is about running as root',
  },
]

/**
 * Prints what failed and what was skipped, and last the line `N passed, N failed`.
 * @param {readonly RingReport[]} reports
 * @returns {number} exit code
 */
export function concludeTests(reports) {
  const strict = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false'
  const failures = reports.flatMap(({ ring, failures: names }) => names.map((name) => `${ring}: ${name}`))
  const skips = reports.flatMap(({ ring, skips: names }) =>
    names.map((name) => ({ name: `${ring}: ${name}`, reason: reasonFor(name) })),
  )
  const unexpected = strict
    ? skips.filter(({ reason }) => reason === null).map(({ name }) => `skipped without an expected reason: ${name}`)
    : []
  const passed = reports.reduce((sum, report) => sum + report.passed, 0)
  for (const { name, reason } of skips)
    process.stdout.write(`skipped  ${name}${reason === null ? '' : ` (${reason})`}\n`)
  for (const name of [...failures, ...unexpected]) process.stdout.write(`failed   ${name}\n`)
  const failed = failures.length + unexpected.length
  const also = skips.length === 0 ? '' : `${skips.length} skipped\n`
  process.stdout.write(`${also}${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

/** @param {string} name @returns {string | null} */
function reasonFor(name) {
  return EXPECTED_SKIPS.find((entry) => entry.name.test(name) && entry.expected())?.reason ?? null
}
