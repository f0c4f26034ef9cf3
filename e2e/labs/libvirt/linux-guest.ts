import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { escapeXml, type LabGuest } from './guest'
import type { LibvirtLab } from './lab'
import { runCommand } from './namespace'

/** Kept between laboratories, 20 MB: Debian's cloud kernel, and an initramfs of busybox and the QEMU guest agent. */
const CACHE = '/var/cache/snapwarden-labs/linux-guest'

const BUILD_TIMEOUT_MS = 5 * 60_000

/** The guest answers its agent about 4 s after its start, without KVM; a busy machine needs longer. */
const BOOT_TIMEOUT_MS = 300_000

export type LinuxGuestFiles = { ok: true; kernel: string; initrd: string } | { ok: false; why: string }

/** Gets what a Linux guest boots from, from this machine's Debian mirror; nothing is installed. */
export async function findLinuxGuest(): Promise<LinuxGuestFiles> {
  const files = { ok: true, kernel: join(CACHE, 'kernel'), initrd: join(CACHE, 'initrd') } as const
  if (existsSync(files.initrd)) return files
  const unfinished = `${CACHE}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  const built = await runCommand('bash', ['-c', BUILD, 'build', unfinished], { timeoutMs: BUILD_TIMEOUT_MS })
  if (built.code !== 0) {
    await rm(unfinished, { recursive: true, force: true })
    return {
      ok: false,
      why: `a Linux guest could not be built: ${built.stderr.trim().split('\n').slice(-2).join(' / ')}`,
    }
  }
  await rename(unfinished, CACHE)
  return files
}

const MODULES = [
  ...['virtio', 'virtio_ring', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci'],
  ...['virtio_blk', 'virtio_console'],
]

/** ext4 is part of this kernel; the agent freezes it, and finds nothing else worth freezing. */
const BUILD = `
set -e
cd "$1"
kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
apt-get download "$kernel" qemu-guest-agent busybox-static
for package in *.deb; do dpkg-deb -x "$package" x; done
mkdir -p root/bin root/mod root/lib64 root/proc root/sys root/dev root/mnt root/run root/var
ln -s ../run root/var/run
cp x/bin/busybox root/bin/
for tool in sh mount insmod mkdir ln cat sleep basename sync; do ln -s busybox root/bin/$tool; done
for module in ${MODULES.join(' ')}; do cp "$(find x/lib/modules -name $module.ko)" root/mod/; done
cp x/usr/sbin/qemu-ga root/bin/
cp --parents -L $(ldd x/usr/sbin/qemu-ga | grep -o '/lib[^ ]*') root/
cat >root/init <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in ${MODULES.join(' ')}; do insmod /mod/$module.ko; done
mount -t ext4 /dev/vda /mnt
mkdir -p /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do ln -s /dev/$(basename $port) /dev/virtio-ports/$(cat $port/name); done
qemu-ga -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run
while true; do sleep 1; done
INIT
chmod 755 root/init
(cd root && find . | ./bin/busybox cpio -o -H newc | gzip -1 >../initrd)
cp x/boot/vmlinuz-* kernel
rm -rf x root ./*.deb
`

/** Defines and starts a Linux guest whose agent answers, with one ext4 disk. Throws when it does not come up. */
export async function startLinuxGuest(
  lab: LibvirtLab,
  { kernel, initrd }: Extract<LinuxGuestFiles, { ok: true }>,
  name: string,
): Promise<LabGuest> {
  const file = lab.imagePath(`${name}-vda.qcow2`)
  const raw = join(lab.dir, 'tmp', `${name}.raw`)
  const own = { kernel: join(lab.dir, 'kernel'), initrd: join(lab.dir, 'initrd') }
  for (const [command, ...args] of [
    ['cp', kernel, own.kernel],
    ['cp', initrd, own.initrd],
    ['truncate', '-s', '64M', raw],
    ['mkfs.ext4', '-q', '-F', raw],
    ['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, file],
    ['rm', raw],
  ]) {
    const done = await runCommand(command ?? '', args)
    if (done.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`)
  }
  const xml = `<domain type='qemu'>
  <name>${escapeXml(name)}</name><memory unit='MiB'>160</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><kernel>${own.kernel}</kernel><initrd>${own.initrd}</initrd>
    <cmdline>quiet panic=1</cmdline></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/><target dev='vda' bus='virtio'/></disk>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <controller type='usb' model='none'/><memballoon model='none'/><video><model type='none'/></video>
  </devices>
</domain>`
  await lab.withXmlFile(xml, (path) => lab.expectVirsh('define', path))
  await lab.expectVirsh('start', name)
  const uuid = (await lab.expectVirsh('domuuid', name)).trim()
  await awaitAgent(lab, uuid)
  return { name, uuid, disks: [{ target: 'vda', file }] }
}

/** Until a guest's agent answers: after its start, and after libvirtd's. Throws when it does not. */
async function awaitAgent(lab: LibvirtLab, uuid: string): Promise<void> {
  const deadline = performance.now() + BOOT_TIMEOUT_MS
  for (;;) {
    const answer = await lab.virsh('qemu-agent-command', uuid, '{"execute":"guest-fsfreeze-status"}')
    if (answer.code === 0) return
    if (performance.now() > deadline) throw new Error(`the agent does not answer: ${answer.stderr}`)
  }
}
