import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { guestXml } from './guest'
import { writeSnapshotImage } from './image'
import type { LibvirtLab } from './lab'

export type ManyOptions = {
  domains: number
  snapshotsEach: number
  /** Names are `<prefix>-0001` …; `many` by default. */
  prefix?: string
}

export type ManyGuest = {
  name: string
  uuid: string
  snapshots: { name: string; parent: string | null }[]
  current: string | null
}

/** First snapshot's time, UTC seconds; the next ones follow hourly. */
const FIRST_TAKEN_AT = 1_760_000_000
const takenAt = (position: number) => FIRST_TAKEN_AT + position * 3600

const SIZE_MIB = 8

/**
 * Defines stopped domains with snapshots, fast: real domains, real images that hold the snapshots, real metadata that
 * libvirt took in by `snapshot-create --redefine`. Every third tree is a line, the next one branches in two, the next
 * one has a branch at every third snapshot. 200 × 20 in about 15 s.
 */
export async function buildMany(lab: LibvirtLab, options: ManyOptions): Promise<ManyGuest[]> {
  const directory = join(lab.dir, 'tmp', options.prefix ?? 'many')
  await mkdir(directory, { recursive: true })
  const guests: ManyGuest[] = []
  const commands: string[] = []
  for (let index = 0; index < options.domains; index += 1) {
    const guest = planGuest(options.prefix ?? 'many', index, options.snapshotsEach)
    const file = lab.imagePath(`${guest.name}.qcow2`)
    await writeSnapshotImage(
      file,
      SIZE_MIB,
      guest.snapshots.map(({ name }, position) => ({ name, takenAt: takenAt(position) })),
    )
    const xml = guestXml(
      {
        name: guest.name,
        description: `Guest ${index + 1} of ${options.domains}`,
        disks: [{ format: 'qcow2', sizeMiB: SIZE_MIB }],
      },
      guest.uuid,
      [{ target: 'vda', file }],
      '',
    )
    const domainFile = join(directory, `${index}.xml`)
    await writeFile(domainFile, xml)
    commands.push(`define ${domainFile}`)
    for (const [position, snapshot] of guest.snapshots.entries()) {
      const snapshotFile = join(directory, `${index}-${position}.xml`)
      await writeFile(snapshotFile, snapshotXml(snapshot, position, xml))
      const current = snapshot.name === guest.current ? ' --current' : ''
      commands.push(`snapshot-create ${guest.uuid} ${snapshotFile} --redefine${current}`)
    }
    guests.push(guest)
  }
  await runBatch(lab, commands)
  await rm(directory, { recursive: true })
  return guests
}

const snapshotName = (position: number) => `s${String(position + 1).padStart(3, '0')}`

function planGuest(prefix: string, index: number, snapshotsEach: number): ManyGuest {
  const parentOf = (position: number) => {
    if (position === 0) return null
    if (index % 3 === 1 && position === Math.ceil(snapshotsEach / 2)) return snapshotName(0)
    if (index % 3 === 2 && position % 3 === 2) return snapshotName(position - 2)
    return snapshotName(position - 1)
  }
  const snapshots = Array.from({ length: snapshotsEach }, (_, position) => ({
    name: snapshotName(position),
    parent: parentOf(position),
  }))
  const number = String(index + 1).padStart(4, '0')
  return {
    name: `${prefix}-${number}`,
    uuid: `00000000-0000-4000-8000-${checksum(prefix)}${number}`.slice(0, 36),
    snapshots,
    current: snapshots.at(-1)?.name ?? null,
  }
}

/** Eight hexadecimal digits of a prefix: two prefixes give two sets of UUIDs. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}

function snapshotXml(snapshot: { name: string; parent: string | null }, position: number, domainXml: string): string {
  const parent = snapshot.parent === null ? '' : `<parent><name>${snapshot.parent}</name></parent>`
  return `<domainsnapshot><name>${snapshot.name}</name><description>Snapshot ${position + 1}</description>
  <state>shutoff</state>${parent}<creationTime>${takenAt(position)}</creationTime>
  <memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>
  ${domainXml}
</domainsnapshot>`
}

/** One virsh for all commands: a process for each would take 15 ms each. */
async function runBatch(lab: LibvirtLab, commands: string[]): Promise<void> {
  const connect = ['--connect', 'qemu:///system']
  const done = await lab.runInside('virsh', connect, { input: `${commands.join('\n')}\n`, timeoutMs: 600_000 })
  const complaint = done.stderr.split('\n').find((line) => line.startsWith('error:'))
  if (complaint !== undefined || done.code !== 0) throw new Error(`virsh in one go: ${complaint ?? done.stderr}`)
}
