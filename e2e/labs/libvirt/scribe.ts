import { join } from 'node:path'
import type { ExpectedDisk, ExpectedGuest, ExpectedSnapshot } from './expected'
import type { GuestSpec, LabGuest } from './guest'
import type { LibvirtLab } from './lab'

/** Does things to one guest through virsh and writes down what must be true of it afterwards. */
export type Scribe = {
  facts: ExpectedGuest
  /** Internal: with memory when the guest runs. */
  takeInternal(name: string, description?: string): Promise<void>
  /** External: an overlay per disk that is not excluded; with `memory`, a memory file as well. */
  takeExternal(name: string, options?: { memory?: boolean; exclude?: string[] }): Promise<void>
  /** Back to an internal snapshot. */
  revert(name: string): Promise<void>
  /** Writes to the first disk, as the guest would. */
  write(offsetMiB: number, sizeMiB: number): Promise<void>
  virsh(command: string, ...args: string[]): Promise<string>
}

/** Defines a guest of the showcase and opens its page. */
export async function defineWithScribe(lab: LibvirtLab, about: string, spec: GuestSpec): Promise<Scribe> {
  const guest = await lab.defineGuest(spec)
  return createScribe(lab, spec, guest, about)
}

function createScribe(lab: LibvirtLab, spec: GuestSpec, guest: LabGuest, about: string): Scribe {
  const facts: ExpectedGuest = {
    name: guest.name,
    uuid: guest.uuid,
    about,
    power: spec.running ? 'running' : 'stopped',
    managedSave: false,
    firmware: spec.firmware ?? 'bios',
    tpm: spec.tpm ?? false,
    snapshots: [],
    current: null,
    disks: guest.disks.map(({ target, file }, index) => {
      const disk = spec.disks[index]
      return {
        target,
        format: disk?.format ?? 'qcow2',
        active: file,
        backing: disk?.backing ? [disk.backing.file] : [],
      }
    }),
    unmanaged: [],
  }
  const record = (snapshot: Omit<ExpectedSnapshot, 'parent'>) => {
    facts.snapshots.push({ ...snapshot, parent: facts.current })
    facts.current = snapshot.name
  }
  const virsh = (command: string, ...args: string[]) => lab.expectVirsh(command, guest.uuid, ...args)
  const state = () => (facts.power === 'stopped' ? 'shutoff' : facts.power)
  const overlayOf = (target: string, ordinal: number, kind: string) =>
    join(lab.poolPath, `${guest.uuid.slice(0, 8)}-${target}.${ordinal}.${kind}`)

  return {
    facts,
    virsh,
    write: (offsetMiB, sizeMiB) => lab.writeBlocks(guest.uuid, { target: 'vda', offsetMiB, sizeMiB }),
    takeInternal: async (name, description) => {
      await virsh('snapshot-create-as', name, ...(description === undefined ? [] : [description]))
      const memory = facts.power === 'stopped' ? 'none' : 'saved'
      const disks = facts.disks.map(({ target }) => ({ target, mode: 'internal' as const }))
      record({ name, kind: 'internal', memory, state: state(), disks })
    },
    takeExternal: async (name, { memory = false, exclude = [] } = {}) => {
      const ordinal = facts.snapshots.length + 1
      const disks = facts.disks.map(
        ({ target }): ExpectedDisk =>
          exclude.includes(target)
            ? { target, mode: 'excluded' }
            : { target, mode: 'external', overlay: overlayOf(target, ordinal, 'qcow2') },
      )
      const specs = disks.flatMap(({ target, overlay }) => [
        '--diskspec',
        overlay === undefined ? `${target},snapshot=no` : `${target},snapshot=external,file=${overlay}`,
      ])
      const memoryFile = overlayOf('memory', ordinal, 'mem')
      const how = memory ? ['--memspec', `file=${memoryFile},snapshot=external`] : ['--disk-only']
      await virsh('snapshot-create-as', name, '--atomic', ...how, ...specs)
      const taken = { name, kind: 'external' as const, disks }
      if (memory) record({ ...taken, memory: 'saved', memoryFile, state: state() })
      else record({ ...taken, memory: 'none', state: facts.power === 'stopped' ? 'shutoff' : 'disk-snapshot' })
      facts.disks = facts.disks.map((disk, index) => {
        const overlay = disks[index]?.overlay
        if (overlay === undefined) return disk
        return { target: disk.target, format: 'qcow2', active: overlay, backing: [disk.active, ...disk.backing] }
      })
    },
    revert: async (name) => {
      await virsh('snapshot-revert', name)
      facts.current = name
      const taken = facts.snapshots.find((snapshot) => snapshot.name === name)
      facts.power = taken?.state === 'running' ? 'running' : taken?.state === 'paused' ? 'paused' : 'stopped'
    },
  }
}
