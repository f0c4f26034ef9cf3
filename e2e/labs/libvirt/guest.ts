import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandResult } from './namespace'

export type DiskSpec = {
  format: 'qcow2' | 'raw'
  /** Virtual size, MiB. */
  sizeMiB: number
  prealloc?: 'off' | 'metadata' | 'falloc' | 'full'
  /** An image that exists already; it is used as it is. */
  file?: string
  /** Where the new image goes; the pool `default` otherwise. */
  directory?: string
  /** New qcow2 over this image. */
  backing?: { file: string; format: 'qcow2' | 'raw' }
  /** vda, vdb, … by default. */
  target?: string
  readonly?: boolean
  shareable?: boolean
}

export type GuestSpec = {
  name: string
  uuid?: string
  title?: string
  description?: string
  /** MiB; 32 by default: an empty disk's BIOS guest needs no more, and its memory file is 0.8 MB. */
  memoryMiB?: number
  vcpus?: number
  disks: DiskSpec[]
  firmware?: 'bios' | 'uefi'
  /** Format of the UEFI variable store; raw is libvirt's default. */
  nvram?: 'raw' | 'qcow2'
  tpm?: boolean
  /** An empty drive. */
  cdrom?: boolean
  /** The channel of a guest agent; nothing ever answers on it. */
  agentChannel?: boolean
  /** Started after it is defined. */
  running?: boolean
}

export type LabGuest = { name: string; uuid: string; disks: { target: string; file: string }[] }

/** What `defineGuest` needs from the laboratory. */
export type GuestHost = {
  dir: string
  imagePath(name: string): string
  virsh(...args: string[]): Promise<CommandResult>
  runInside(command: string, args: string[]): Promise<CommandResult>
}

/** Text as XML character data or attribute value, quotes and angle brackets included. */
export const escapeXml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Virtio disk names: vda … vdz. */
const diskTarget = (index: number) => `vd${String.fromCharCode(97 + index)}`

/** A file name of a guest: its own where that is plain, else one made of its UUID. */
const fileStem = (name: string, uuid: string) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/.test(name) ? name : `guest-${uuid.slice(0, 8)}`

const NVRAM_TEMPLATE = '/usr/share/OVMF/OVMF_VARS_4M.fd'

/** The domain XML of a guest: emulated (TCG), no network, no graphics, nothing that a snapshot does not need. */
export function guestXml(spec: GuestSpec, uuid: string, disks: LabGuest['disks'], nvramFile: string): string {
  const uefi = spec.firmware === 'uefi'
  const diskXml = disks.map(({ target, file }, index) => {
    const disk = spec.disks[index]
    return `<disk type='file' device='disk'><driver name='qemu' type='${disk?.format ?? 'qcow2'}'/>
      <source file='${escapeXml(file)}'/><target dev='${target}' bus='virtio'/>
      ${disk?.readonly ? '<readonly/>' : ''}${disk?.shareable ? '<shareable/>' : ''}</disk>`
  })
  const firmware = uefi
    ? `<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
       <nvram${spec.nvram === 'qcow2' ? " format='qcow2'" : ` template='${NVRAM_TEMPLATE}'`}>${escapeXml(nvramFile)}</nvram>`
    : ''
  return `<domain type='qemu'>
  <name>${escapeXml(spec.name)}</name><uuid>${uuid}</uuid>
  ${spec.title === undefined ? '' : `<title>${escapeXml(spec.title)}</title>`}
  ${spec.description === undefined ? '' : `<description>${escapeXml(spec.description)}</description>`}
  <memory unit='MiB'>${spec.memoryMiB ?? (uefi ? 64 : 32)}</memory><vcpu>${spec.vcpus ?? 1}</vcpu>
  <os><type arch='x86_64' machine='${uefi ? 'q35' : 'pc'}'>hvm</type>${firmware}</os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    ${diskXml.join('\n    ')}
    ${spec.cdrom ? `<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>` : ''}
    ${spec.tpm ? `<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>` : ''}
    ${spec.agentChannel ? `<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>` : ''}
    <controller type='usb' model='none'/><memballoon model='none'/><video><model type='none'/></video>
  </devices>
</domain>`
}

/** Defines (and starts, when asked) a guest with new images in the laboratory's pool. Throws what libvirt said. */
export async function defineGuest(host: GuestHost, spec: GuestSpec): Promise<LabGuest> {
  const uuid = spec.uuid ?? randomUUID()
  const stem = fileStem(spec.name, uuid)
  const disks: LabGuest['disks'] = []
  for (const [index, disk] of spec.disks.entries()) {
    const target = disk.target ?? diskTarget(index)
    const fileName = `${stem}-${target}.${disk.format}`
    const file = disk.file ?? (disk.directory ? join(disk.directory, fileName) : host.imagePath(fileName))
    if (disk.file === undefined) await createImage(host, file, disk)
    disks.push({ target, file })
  }
  const nvramFile = join(host.dir, 'images', `${stem}_VARS.${spec.nvram === 'qcow2' ? 'qcow2' : 'fd'}`)
  // libvirt copies the template as it is: from 11 on it refuses to make another format of it.
  if (spec.nvram === 'qcow2') await convertTemplate(host, nvramFile)
  await withXmlFile(host.dir, guestXml(spec, uuid, disks, nvramFile), (file) => expectVirsh(host, 'define', file))
  if (spec.running) await expectVirsh(host, 'start', uuid)
  return { name: spec.name, uuid, disks }
}

async function convertTemplate(host: GuestHost, file: string): Promise<void> {
  const done = await host.runInside('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', NVRAM_TEMPLATE, file])
  if (done.code !== 0) throw new Error(`qemu-img convert ${file}: ${done.stderr}`)
}

async function createImage(host: GuestHost, file: string, disk: DiskSpec): Promise<void> {
  const options = [
    ...(disk.prealloc === undefined ? [] : ['-o', `preallocation=${disk.prealloc}`]),
    ...(disk.backing === undefined ? [] : ['-b', disk.backing.file, '-F', disk.backing.format]),
  ]
  const made = await host.runInside('qemu-img', [
    'create',
    '-q',
    '-f',
    disk.format,
    ...options,
    file,
    `${disk.sizeMiB}M`,
  ])
  if (made.code !== 0) throw new Error(`qemu-img create ${file}: ${made.stderr}`)
}

/** Where and how much `writeBlocks` writes. */
export type BlockWrite = { target: string; offsetMiB: number; sizeMiB: number; pattern?: number }

/**
 * Writes blocks to a virtio disk as the guest would: through QEMU while it runs, into its active image while it does not.
 * The guest does not notice; an overlay grows by what was written.
 */
export async function writeBlocks(host: GuestHost, guest: string, write: BlockWrite): Promise<void> {
  const { target, offsetMiB, sizeMiB, pattern = 0x5a } = write
  const command = `write -P ${pattern} ${offsetMiB}M ${sizeMiB}M`
  const isActive = ['running', 'paused'].includes((await expectVirsh(host, 'domstate', guest)).trim())
  if (isActive) {
    // libvirt numbers the devices by the letter of their target: vda is virtio-disk0.
    const device = `/machine/peripheral/virtio-disk${target.charCodeAt(2) - 97}/virtio-backend`
    const said = await expectVirsh(host, 'qemu-monitor-command', guest, '--hmp', `qemu-io -d ${device} "${command}"`)
    if (said.trim() !== '') throw new Error(`QEMU could not write to ${target} of ${guest}: ${said}`)
    return
  }
  const listed = await expectVirsh(host, 'domblklist', guest)
  const file = listed
    .split('\n')
    .find((line) => line.trim().startsWith(`${target} `))
    ?.trim()
    .slice(target.length)
    .trim()
  if (file === undefined) throw new Error(`${guest} has no disk ${target}`)
  const raw = file.endsWith('.raw') ? ['-f', 'raw'] : []
  const done = await host.runInside('qemu-io', [...raw, '-c', command, file])
  if (done.code !== 0) throw new Error(`qemu-io ${file}: ${done.stderr}${done.stdout}`)
}

/** virsh that must work: throws what it said otherwise. Returns its standard output. */
export async function expectVirsh(host: Pick<GuestHost, 'virsh'>, ...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await host.virsh(...args)
  if (code !== 0) throw new Error(`virsh ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

/** Lends a file that holds `xml`, for the commands of virsh that read files only. */
export async function withXmlFile<T>(dir: string, xml: string, use: (file: string) => Promise<T>): Promise<T> {
  const file = join(dir, 'tmp', `${randomUUID()}.xml`)
  await writeFile(file, xml)
  try {
    return await use(file)
  } finally {
    await rm(file, { force: true })
  }
}
