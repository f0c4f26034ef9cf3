/**
 * What we ask a hypervisor to change. Commands are data: logged, stored with the plan, replayed by the fake,
 * matched exhaustively. Each is one change; whatever a person must choose is chosen in the plan, not here.
 */
import type { DiskRef, GuestRef, SnapshotRef, StorageRef } from './ids'
import type { Reason } from './reason'
import type { Instant, Millis } from './units'

/** How one disk takes part in a snapshot. An external overlay is always named by us, or libvirt's default may collide. */
export type TakeDisk =
  | { target: string; mode: 'internal' | 'native' }
  | { target: string; mode: 'external'; overlay: string }
  | { target: string; mode: 'excluded' }

export type PowerTarget = 'on' | 'off' | 'shutdown' | 'resume'

/**
 * Volumes (native ids) of which nobody can tell what they read through, and in spite of which an administrator goes on by
 * name. Any other such volume still stops the command.
 */
type UnreadAccepted = string[]

export type Command =
  | {
      do: 'snapshot.take'
      guest: GuestRef
      name: string
      description: string
      /** 'saved' needs a running guest; memoryFile is where an external one goes */
      memory: 'none' | 'saved'
      memoryFile: string | null
      /** ask the guest agent to freeze file systems while the snapshot is taken */
      quiesce: boolean
      disks: TakeDisk[]
    }
  | {
      do: 'snapshot.rollback'
      guest: GuestRef
      snapshot: SnapshotRef
      /** what the guest is afterwards: as the snapshot saved it, or started in any case */
      powerAfter: 'as-saved' | 'running'
      /** Proxmox, libvirt: the change of the running guest's configuration is accepted (FORCE of libvirt) */
      force: boolean
    }
  | {
      do: 'snapshot.delete'
      guest: GuestRef
      snapshot: SnapshotRef
      children: 'keep' | 'delete'
      /** 'entry' removes the metadata only and leaves the data; an administrator's repair, never a default */
      how: 'whole' | 'entry'
      unreadAccepted?: UnreadAccepted
    }
  /** Data of a snapshot without metadata is removed from the image; the guest is off. */
  | { do: 'snapshot.delete-data'; guest: GuestRef; disk: DiskRef; name: string }
  /** Metadata is written for snapshot data that has none, so that the hypervisor lists it again. */
  | { do: 'snapshot.adopt'; guest: GuestRef; name: string; createdAt: Instant; disks: string[] }
  | {
      do: 'chain.merge'
      guest: GuestRef
      disk: DiskRef
      direction: 'commit' | 'pull'
      /** image files: every layer above `base` up to and including `top`; commit writes into base, pull into top */
      base: string | null
      top: string
      unreadAccepted?: UnreadAccepted
    }
  /** A block job that stands at 100 % is finished, or any block job is given up. */
  | { do: 'chain.finish-job'; guest: GuestRef; disk: DiskRef; end: 'pivot' | 'abort' }
  | { do: 'guest.power'; guest: GuestRef; to: PowerTarget; timeLimitMillis: Millis }
  | { do: 'guest.thaw'; guest: GuestRef }
  | { do: 'guest.set-tags'; guest: GuestRef; tags: string[]; protected: boolean | null }
  | { do: 'guest.unlock'; guest: GuestRef }
  | { do: 'guest.discard-saved-memory'; guest: GuestRef }
  /** A new guest on fresh overlays over the layers a snapshot froze; its disks are flattened by a later merge. */
  | {
      do: 'guest.fork'
      guest: GuestRef
      snapshot: SnapshotRef
      as: string
      disks: { target: string; overlay: string }[]
    }
  | {
      do: 'volume.delete'
      storage: StorageRef
      volume: string
      path: string | null
      unreadAccepted?: UnreadAccepted
    }
  | { do: 'image.check'; guest: GuestRef; disk: DiskRef; repair: boolean }

export type CommandKind = Command['do']

/**
 * The native task of an accepted command. `libvirt-call` is an RPC in flight inside one worker process: a later
 * process cannot follow it, and says so; a block job outlives us and is found again by its disk.
 */
export type TaskRef =
  | { kind: 'proxmox'; node: string; upid: string }
  | { kind: 'libvirt-call'; id: string; since: Instant }
  | { kind: 'libvirt-job'; guest: string; target: string; since: Instant }
  | { kind: 'fake'; id: string }

/** What following a task tells: progress and log lines, then exactly one end. */
export type TaskUpdate =
  | { tells: 'progress'; done: number; total: number | null; unit: 'bytes' | 'percent' }
  | { tells: 'log'; line: string }
  | { tells: 'end'; end: TaskEnd }

/**
 * How a task ended. 'lost' = we cannot know from the task (the process that asked is gone, the task left no trace):
 * only the state of the guest can tell, and for an act that leaves no state, nobody can.
 */
export type TaskEnd =
  | { ended: 'succeeded'; warnings: string[] }
  | { ended: 'failed'; why: Reason; native?: string }
  | { ended: 'lost'; why: Reason }

/** After a crash between asking and noting: was this command accepted? 'unsure' is an honest answer. */
export type Recall = { recalled: 'taken'; task: TaskRef } | { recalled: 'not-taken' } | { recalled: 'unsure' }
