import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './namespace'

/** libvirt generations the laboratory can be: this machine's own packages, or Debian 13's in a chroot. */
export type Generation = 'debian12' | 'debian13'

/** The one asked for by `SNAPWARDEN_LAB_GENERATION`: so every test of the laboratory can run on either. */
export const chosenGeneration = (): Generation =>
  process.env.SNAPWARDEN_LAB_GENERATION === 'debian13' ? 'debian13' : 'debian12'

/** Where a generation's programs are: `/`, or the chroot that is put under the laboratory's own files. */
export type GenerationRoot = { ok: true; root: string } | { ok: false; why: string }

/** Kept between laboratories, 1 GB; may be removed whenever none runs. */
const CACHE = '/var/cache/snapwarden-labs'

const BUILD_TIMEOUT_MS = 20 * 60_000

const PACKAGES = [
  ...['libvirt-daemon-system', 'libvirt-daemon', 'libvirt-clients', 'libvirt-daemon-driver-qemu'],
  ...['qemu-system-x86', 'qemu-utils', 'seabios', 'ovmf', 'swtpm', 'swtpm-tools'],
  ...['openssh-server', 'netcat-openbsd', 'sasl2-bin', 'libsasl2-modules'],
]

/** The generation's file system. Debian 13's is built when it is asked for the first time: about 2 min, from the network. */
export async function findGeneration(generation: Generation): Promise<GenerationRoot> {
  if (generation === 'debian12') return { ok: true, root: '/' }
  const root = join(CACHE, generation)
  if (existsSync(root)) return { ok: true, root }
  const mirror = findMirror()
  if (mirror === null)
    return { ok: false, why: "Debian 13 is built from this machine's Debian mirror, and apt names none here" }
  await mkdir(CACHE, { recursive: true })
  const unfinished = `${root}.${process.pid}`
  const built = await runCommand('bash', ['-c', BUILD, 'build', unfinished, mirror, PACKAGES.join(' ')], {
    timeoutMs: BUILD_TIMEOUT_MS,
  })
  if (built.code !== 0) {
    await rm(unfinished, { recursive: true, force: true })
    const said = `${built.stdout}\n${built.stderr}`.trim().split('\n').slice(-2).join(' / ')
    return { ok: false, why: `Debian 13 could not be built: ${said}` }
  }
  await rename(unfinished, root)
  return { ok: true, root }
}

/** Services of the new system must not start, and its mounts must not outlive the building. */
const BUILD = `
set -e
root=$1 mirror=$2 packages=$3
export DEBIAN_FRONTEND=noninteractive
command -v debootstrap >/dev/null || apt-get install --yes --no-install-recommends debootstrap
debootstrap --variant=minbase trixie "$root" "$mirror"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
unshare --mount --pid --fork --propagation private bash -ec '
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  chroot "$1" apt-get install --yes --no-install-recommends $2
  chroot "$1" apt-get clean' install "$root" "$packages"
`

/** The mirror this machine's apt gets Debian from. */
function findMirror(): string | null {
  const directory = '/etc/apt/sources.list.d'
  const listed = existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []
  for (const file of ['/etc/apt/sources.list', ...listed]) {
    const text = existsSync(file) ? readFileSync(file, 'utf8').replace(/^#.*$/gm, '') : ''
    const found = /https?:\/\/\S+\/debian\/?(?=\s)/.exec(text)?.[0]
    if (found !== undefined) return found
  }
  return null
}
