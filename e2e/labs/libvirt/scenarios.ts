import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExpectedGuest, Showcase, ShowcaseKey } from './expected'
import { attachLab, type LibvirtLab, type SharedLab } from './lab'
import { defineWithScribe, type Scribe } from './scribe'

/** libvirt writes `<name>.xml.new` first and a file name has 255 bytes, so a guest's name has 247 at most. */
const LONGEST_NAME_BYTES = 247

const HOSTILE_GUEST = `财务 数据库 "主" 'x' <script>alert(1) & co`
const HOSTILE_SNAPSHOTS = [
  '升级前 快照',
  `it's "quoted"`,
  '<script>alert(2)',
  ' leading & trailing ',
  'a'.repeat(LONGEST_NAME_BYTES),
]

const tiny = (count = 1) => Array.from({ length: count }, () => ({ format: 'qcow2' as const, sizeMiB: 32 }))

/**
 * Builds one guest of every kind that matters, and says what must be true of each. About 12 s. Restarts libvirtd once
 * (a lost parent can only be made behind its back). `deep` is the number of snapshots of the deep external chain.
 */
export async function buildShowcase(lab: LibvirtLab, options: { deep?: number } = {}): Promise<Showcase> {
  const guests: Partial<Record<ShowcaseKey, ExpectedGuest>> = {}
  for (const key of Object.keys(BUILDERS) as ShowcaseKey[]) {
    guests[key] = (await BUILDERS[key](lab, options.deep ?? 10)).facts
  }
  const orphans = await leaveOrphans(lab)
  const leakedMemory = await leakMemory(lab)
  await lab.expectVirsh('pool-refresh', 'default')
  return {
    guests: guests as Record<ShowcaseKey, ExpectedGuest>,
    pool: 'default',
    orphans,
    leakedMemory,
    sharedBases: [lab.imagePath('golden.qcow2')],
  }
}

/**
 * The showcase of a laboratory several test files share: the first who asks builds it, the others are handed the same
 * facts. Nothing else is in that laboratory, before or after. Not for two callers at a time.
 */
export async function sharedShowcase(lab: SharedLab): Promise<Showcase> {
  const file = join(lab.dir, 'showcase.json')
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Showcase
  const showcase = await buildShowcase(attachLab(lab.info))
  await writeFile(file, JSON.stringify(showcase))
  return showcase
}

const BUILDERS: Record<ShowcaseKey, (lab: LibvirtLab, deep: number) => Promise<Scribe>> = {
  lostParent: async (lab) => {
    const about = 'the metadata of a snapshot in the middle is gone: its child names a parent libvirt does not know'
    const guest = await defineWithScribe(lab, about, { name: 'lost01', disks: tiny() })
    for (const name of ['base', 'vanished', 'child']) await guest.takeInternal(name)
    await lab.daemon.kill9()
    await rm(join(lab.dir, 'lib', 'qemu', 'snapshot', 'lost01', 'vanished.xml'))
    await lab.daemon.restart()
    guest.facts.snapshots = guest.facts.snapshots
      .filter((snapshot) => snapshot.name !== 'vanished')
      .map((snapshot) =>
        snapshot.name === 'child' ? { ...snapshot, parent: null, parentMissing: 'vanished' } : snapshot,
      )
    guest.facts.unmanaged = [{ target: 'vda', names: ['vanished'] }]
    // libvirt loads such a guest as inconsistent and forgets which snapshot was the current one.
    guest.facts.current = null
    return guest
  },
  linear: async (lab) => {
    const guest = await defineWithScribe(lab, 'internal snapshots, one after the other', {
      name: 'web01',
      description: 'Web server, internal chain',
      disks: tiny(),
    })
    for (const name of ['installed', 'configured', 'patched', 'before-upgrade']) {
      await guest.takeInternal(name, `State ${name} of web01`)
      await guest.write(guest.facts.snapshots.length, 2)
    }
    return guest
  },
  branches: async (lab) => {
    const guest = await defineWithScribe(lab, 'two disks, two branches, the current state on the second', {
      name: 'db01',
      disks: tiny(2),
    })
    for (const name of ['base', 'schema-1', 'schema-2']) await guest.takeInternal(name)
    await guest.revert('base')
    for (const name of ['trial-1', 'trial-2']) await guest.takeInternal(name)
    return guest
  },
  memory: async (lab) => {
    const guest = await defineWithScribe(lab, 'runs; internal snapshots with memory', {
      name: 'app01',
      disks: tiny(),
      running: true,
    })
    for (const name of ['warm', 'warmer']) await guest.takeInternal(name)
    return guest
  },
  external: async (lab) => {
    const guest = await defineWithScribe(
      lab,
      'runs on an external chain; the last snapshot leaves the second disk out',
      {
        name: 'mail01',
        disks: tiny(2),
        running: true,
      },
    )
    await guest.takeExternal('monday')
    await guest.write(0, 4)
    await guest.takeExternal('tuesday')
    await guest.write(2, 3)
    await guest.takeExternal('wednesday', { exclude: ['vdb'] })
    await guest.write(8, 1)
    return guest
  },
  externalMemory: async (lab) => {
    const guest = await defineWithScribe(lab, 'external snapshots with memory files', {
      name: 'erp01',
      disks: tiny(),
      running: true,
    })
    await guest.takeExternal('with-memory', { memory: true })
    await guest.takeExternal('disk-only')
    return guest
  },
  rawAndQcow2: async (lab) => {
    const guest = await defineWithScribe(lab, 'a raw disk beside a qcow2 one: external only', {
      name: 'files01',
      disks: [...tiny(), { format: 'raw', sizeMiB: 32 }],
      running: true,
    })
    await guest.takeExternal('nightly')
    return guest
  },
  handOverlay: async (lab) => {
    const guest = await defineWithScribe(lab, 'an overlay somebody made by hand: a chain no snapshot explains', {
      name: 'hand01',
      disks: tiny(),
    })
    const base = guest.facts.disks[0]?.active ?? ''
    const overlay = lab.imagePath('hand01-by-hand.qcow2')
    await runImageTool(lab, 'create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', overlay)
    await lab.expectVirsh('undefine', guest.facts.uuid)
    return defineWithScribe(lab, guest.facts.about, {
      name: 'hand01',
      disks: [{ format: 'qcow2', sizeMiB: 32, file: overlay, backing: { file: base, format: 'qcow2' } }],
    })
  },
  unmanaged: async (lab) => {
    const guest = await defineWithScribe(
      lab,
      'qcow2 snapshots libvirt does not know; one of them torn (one disk of two)',
      {
        name: 'hand02',
        disks: tiny(2),
      },
    )
    await guest.takeInternal('managed')
    const [first, second] = guest.facts.disks
    for (const disk of [first, second]) await runImageTool(lab, 'snapshot', '-c', 'by-hand', disk?.active ?? '')
    await runImageTool(lab, 'snapshot', '-c', 'torn', first?.active ?? '')
    guest.facts.unmanaged = [
      { target: 'vda', names: ['by-hand', 'torn'] },
      { target: 'vdb', names: ['by-hand'] },
    ]
    return guest
  },
  deep: async (lab, deep) => {
    const guest = await defineWithScribe(lab, 'a deep external chain of a stopped guest', {
      name: 'deep01',
      disks: tiny(),
    })
    for (let level = 1; level <= deep; level += 1) await guest.takeExternal(`level-${level}`)
    return guest
  },
  mixed: async (lab) => {
    const guest = await defineWithScribe(lab, 'an internal snapshot on top of an external one: blocks many deletes', {
      name: 'mixed01',
      disks: tiny(),
      running: true,
    })
    await guest.takeExternal('outside')
    await guest.takeInternal('inside')
    return guest
  },
  committed: async (lab) => {
    const guest = await defineWithScribe(
      lab,
      'a block commit behind the snapshots: metadata and one file are left over',
      {
        name: 'commit01',
        disks: tiny(),
        running: true,
      },
    )
    for (const name of ['b1', 'b2', 'b3']) await guest.takeExternal(name)
    const disk = guest.facts.disks[0]
    const [top, below] = disk?.backing ?? []
    await guest.virsh('blockcommit', 'vda', '--base', below ?? '', '--top', top ?? '', '--wait')
    if (disk !== undefined) disk.backing = disk.backing.filter((file) => file !== top)
    return guest
  },
  uefi: async (lab) => {
    const guest = await defineWithScribe(lab, 'UEFI: internal snapshots do not hold its variables', {
      name: 'uefi01',
      firmware: 'uefi',
      disks: tiny(),
    })
    await guest.takeExternal('outside-only')
    return guest
  },
  tpm: async (lab) => {
    const guest = await defineWithScribe(lab, 'an emulated TPM and an empty drive', {
      name: 'tpm01',
      tpm: true,
      cdrom: true,
      disks: tiny(),
      running: true,
    })
    await guest.takeInternal('sealed')
    return guest
  },
  managedSave: async (lab) => {
    const guest = await defineWithScribe(lab, 'its memory is saved by libvirt: a snapshot now would not match it', {
      name: 'saved01',
      disks: tiny(),
      running: true,
    })
    await guest.takeInternal('before-save')
    await guest.virsh('managedsave')
    guest.facts.managedSave = true
    guest.facts.power = 'stopped'
    return guest
  },
  paused: async (lab) => {
    const guest = await defineWithScribe(lab, 'paused', { name: 'paused01', disks: tiny(), running: true })
    await guest.virsh('suspend')
    guest.facts.power = 'paused'
    await guest.takeInternal('while-paused')
    return guest
  },
  cloneOne: (lab) => defineClone(lab, 'clone01'),
  cloneTwo: (lab) => defineClone(lab, 'clone02'),
  hostileNames: async (lab) => {
    const guest = await defineWithScribe(lab, 'names that break what does not escape them', {
      name: HOSTILE_GUEST,
      title: '标题 <b>bold</b> & "quotes"',
      description: 'First line\nsecond line\twith a tab, 中文, <script>alert(3)</script>',
      disks: tiny(),
    })
    // While it is stopped: libvirt 11 makes a QEMU job id of the name of a running guest's snapshot, and QEMU refuses these.
    for (const name of HOSTILE_SNAPSHOTS) await guest.takeInternal(name, `About "${name.slice(0, 20)}" & <others>`)
    await guest.virsh('start')
    guest.facts.power = 'running'
    return guest
  },
  longName: async (lab) => {
    const guest = await defineWithScribe(lab, 'the longest name libvirt can store', {
      name: 'n'.repeat(LONGEST_NAME_BYTES),
      disks: tiny(),
    })
    await guest.takeInternal('s1')
    return guest
  },
  bare: (lab) => defineWithScribe(lab, 'no snapshot at all', { name: 'bare01', disks: tiny() }),
}

/** Two guests read through one image: nothing may ever be committed into it. */
async function defineClone(lab: LibvirtLab, name: string): Promise<Scribe> {
  const golden = lab.imagePath('golden.qcow2')
  if (!existsSync(golden)) await runImageTool(lab, 'create', '-q', '-f', 'qcow2', golden, '32M')
  const disks = [{ format: 'qcow2' as const, sizeMiB: 32, backing: { file: golden, format: 'qcow2' as const } }]
  return defineWithScribe(lab, 'reads through an image another guest reads through too', { name, disks })
}

async function leaveOrphans(lab: LibvirtLab): Promise<string[]> {
  const volume = lab.imagePath('forgotten.qcow2')
  const image = lab.imagePath('old export (2).raw')
  await runImageTool(lab, 'create', '-q', '-f', 'qcow2', volume, '16M')
  await writeFile(image, Buffer.alloc(1 << 20, 7))
  return [volume, image]
}

/** Deletes the snapshot with memory of a running guest: libvirt 9.0 merges its overlay and forgets its memory file. */
async function leakMemory(lab: LibvirtLab): Promise<string[]> {
  const guest = await defineWithScribe(lab, 'gone again', { name: 'leak01', disks: tiny(), running: true })
  await guest.takeExternal('leaking', { memory: true })
  await guest.virsh('snapshot-delete', 'leaking')
  await guest.virsh('destroy')
  await guest.virsh('undefine')
  for (const disk of guest.facts.disks)
    for (const image of [disk.active, ...disk.backing]) await rm(image, { force: true })
  return guest.facts.snapshots.flatMap(({ memoryFile }) => (memoryFile && existsSync(memoryFile) ? [memoryFile] : []))
}

async function runImageTool(lab: LibvirtLab, ...args: string[]): Promise<void> {
  const done = await lab.runInside('qemu-img', args)
  if (done.code !== 0) throw new Error(`qemu-img ${args.join(' ')}: ${done.stderr}`)
}
