import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the laboratory needs from the system, by the file that proves it is there. Names are Debian's. */
const NEEDED: readonly { file: string; package: string }[] = [
  { file: '/usr/sbin/libvirtd', package: 'libvirt-daemon-system' },
  {
    file: '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so',
    package: 'libvirt-daemon-driver-qemu',
  },
  { file: '/usr/bin/virsh', package: 'libvirt-clients' },
  { file: '/usr/bin/qemu-system-x86_64', package: 'qemu-system-x86' },
  { file: '/usr/bin/qemu-img', package: 'qemu-utils' },
  { file: '/usr/share/seabios/bios-256k.bin', package: 'seabios' },
  { file: '/usr/share/OVMF/OVMF_CODE_4M.fd', package: 'ovmf' },
  { file: '/usr/bin/swtpm', package: 'swtpm' },
  { file: '/usr/bin/swtpm_setup', package: 'swtpm-tools' },
  { file: '/usr/sbin/sshd', package: 'openssh-server' },
  { file: '/usr/bin/ssh', package: 'openssh-client' },
  { file: '/usr/bin/nc', package: 'netcat-openbsd' },
  { file: '/usr/bin/openssl', package: 'openssl' },
  { file: '/usr/sbin/saslpasswd2', package: 'sasl2-bin' },
  { file: '/usr/lib/x86_64-linux-gnu/sasl2/libscram.so', package: 'libsasl2-modules' },
  { file: '/usr/bin/nsenter', package: 'util-linux' },
]

/** An answer of the laboratory's preparation: `why` is a sentence fit to be shown as the reason of a skipped test. */
export type Prepared = { ok: true } | { ok: false; why: string }

const missingPackages = () => [...new Set(NEEDED.filter((need) => !existsSync(need.file)).map((need) => need.package))]

const run = (command: string, args: string[]) =>
  new Promise<{ code: number; tail: string }>((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFile(command, args, { env, maxBuffer: 64 << 20, timeout: 15 * 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, tail: `${stdout}${stderr}`.trim().split('\n').slice(-3).join(' / ') })
    })
  })

/**
 * Makes sure that libvirt, QEMU, swtpm, OVMF and ssh are on this machine. Installs only what is missing, only as root
 * on a Debian system, never asking a question. Starts no service: the laboratory brings its own daemons.
 */
export async function ensureLabPackages(): Promise<Prepared> {
  if (process.platform !== 'linux')
    return { ok: false, why: `libvirt's laboratory needs Linux, this is ${process.platform}` }
  if (process.arch !== 'x64')
    return { ok: false, why: `libvirt's laboratory needs an x86-64 machine, this is ${process.arch}` }
  if (process.getuid?.() !== 0)
    return { ok: false, why: "libvirt's laboratory needs root, for a mount namespace of its own" }
  const missing = missingPackages()
  if (missing.length === 0) return { ok: true }
  if (!existsSync('/usr/bin/apt-get'))
    return { ok: false, why: `not installed: ${missing.join(', ')} (and no apt-get here)` }
  const install = ['install', '--yes', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...missing]
  let installed = await run('apt-get', install)
  if (installed.code !== 0) {
    await run('apt-get', ['update'])
    installed = await run('apt-get', install)
  }
  const stillMissing = missingPackages()
  if (stillMissing.length === 0) return { ok: true }
  return { ok: false, why: `apt-get could not install ${stillMissing.join(', ')}: ${installed.tail}` }
}
