/** What the contract suite works with: the world it is given, and the few things every sentence does. */
import type { TestContext } from 'vitest'
import type { Command, TaskRef } from '../../domain/command'
import type { SnapshotRef } from '../../domain/ids'
import type { CollectedGuest, Collection, GuestKind } from '../../domain/inventory'
import type { Snapshot } from '../../domain/snapshot'
import type { Hypervisor } from '../port'
import type { NamedTree } from './history'

export type ContractGuest = { nativeId: string; name: string }

/** What the suite needs to be able to do to a world. Snapshots are named by their names, unique within a guest. */
export type ContractWorld = {
  /** A new guest with one disk that can be snapshotted; off unless `running`. */
  addGuest(guest: { name: string; running?: boolean }): Promise<ContractGuest>
  removeGuest(guest: ContractGuest): Promise<void>
  take(guest: ContractGuest, snapshot: TakeRequest): Promise<void>
  rollback(guest: ContractGuest, snapshot: string): Promise<void>
  /** its children move up to its parent */
  deleteSnapshot(guest: ContractGuest, snapshot: string): Promise<void>
  /**
   * Makes one part unreadable; the returned function repairs it. Null where that part comes with another. `subject` is a
   * guest for snapshots.
   */
  failSection?(
    section: 'guests' | 'snapshots' | 'storages',
    guest: ContractGuest,
  ): Promise<(() => Promise<void>) | null>
  /** Refuses everyone; the returned function lets them in again. */
  refuse?(): Promise<() => Promise<void>>
  /** Answers nothing until the returned function is called. */
  hang?(): Promise<() => Promise<void>>
  /** Breaks the connection while `collect` is under way; the returned function repairs the world. */
  die?(): Promise<() => Promise<void>>
  /** The guest is in the list, and gone when it is read. */
  vanish?(guest: ContractGuest): Promise<() => Promise<void>>
  /** Something the platform does send a hint for. */
  causeHint?(guest: ContractGuest): Promise<void>
}

export type TakeRequest = { name: string; memory?: boolean; external?: boolean; description?: string }

/** What a world may be unable to do, each with the reason in words. */
type Ability =
  | 'start-empty'
  | 'running-guests'
  | 'memory'
  | 'external'
  | 'description'
  | 'storages'
  | 'fail-section'
  | 'refuse'
  | 'hang'
  | 'die'
  | 'vanish'
  | 'hints'
  | 'rollback'
  | 'operate'

export type ContractHarness = {
  world: ContractWorld
  /** a new adapter on the same world */
  open(): Hypervisor
  /** a new adapter that only observes; absent where `open` gives one */
  openObserving?(): Hypervisor
  /** a new adapter that may change this world; absent where `operate` stands under `cannot` */
  openOperated?(): Hypervisor
  /** how this platform takes a snapshot of a stopped guest with one disk */
  takeCommand?(guest: ContractGuest, name: string): Command
  /** a task nobody ever made */
  unknownTask?: TaskRef
  cannot: Partial<Record<Ability, string>>
  /** what its guests are; machines unless said */
  kind?: GuestKind
  /** names the platform admits; the suite checks that they come back exactly */
  names: { guests: string[]; snapshots: string[] }
  close(): Promise<void>
}

export type ContractOptions = {
  /** random histories to grow and compare; real worlds afford few */
  histories?: number
  /** steps in each */
  steps?: number
  /** an aborted or closed call has ended by then, ms */
  promptMillis?: number
}

/** Names that have broken somebody's parser. A harness passes on those its platform admits. */
export const HOSTILE_NAMES = {
  chinese: '升级前 快照',
  spaces: '  two  spaces  ',
  quotes: `it's "quoted" & <b>bold</b>`,
  script: '<script>alert(1)</script>',
  long: 'n'.repeat(255),
  control: 'line\nbreak\tand\u0001bell\u0007',
  emoji: '🧪 lab',
  dots: '..',
} as const

/** The suite at work on one world. `harness` is there from the first sentence on. */
export type Bench = Required<ContractOptions> & {
  readonly harness: ContractHarness
  /** rejections nobody handled since the suite began */
  readonly rejections: readonly unknown[]
  /** a signal that never aborts */
  never: AbortSignal
  open(): Hypervisor
  openObserving(): Hypervisor
  openOperated(): Hypervisor
  /** a reading of everything */
  whole(hypervisor: Hypervisor, thorough?: boolean): Promise<Collection>
  /** a reading of everything, and this guest in it; throws when it is not there */
  readGuest(hypervisor: Hypervisor, guest: ContractGuest, thorough?: boolean): Promise<CollectedGuest>
  /** a new guest under a name of its own */
  addGuest(over?: { name?: string; running?: boolean }): Promise<ContractGuest>
  /** skips the sentence, visibly, when the world lacks an ability */
  needs(context: TestContext, ...abilities: Ability[]): void
  start(): Promise<void>
  close(): Promise<void>
}

/** Prepares the suite; nothing is started yet. */
export function createBench(
  startHarness: () => ContractHarness | Promise<ContractHarness>,
  { histories = 5, steps = 12, promptMillis = 10_000 }: ContractOptions,
): Bench {
  let started: ContractHarness | null = null
  let counter = 0
  const opened: Hypervisor[] = []
  const rejections: unknown[] = []
  const noteRejection = (reason: unknown) => rejections.push(reason)
  const never = new AbortController().signal
  const harness = (): ContractHarness => {
    if (started === null) throw new Error('the world of this contract did not start')
    return started
  }
  const whole: Bench['whole'] = (hypervisor, thorough = true) =>
    hypervisor.collect({ whole: true }, { thorough }, never)
  return {
    histories,
    steps,
    promptMillis,
    rejections,
    never,
    whole,
    get harness() {
      return harness()
    },
    open: () => {
      const hypervisor = harness().open()
      opened.push(hypervisor)
      return hypervisor
    },
    openObserving: () => {
      const hypervisor = harness().openObserving?.() ?? harness().open()
      opened.push(hypervisor)
      return hypervisor
    },
    openOperated: () => {
      const hypervisor = harness().openOperated?.()
      if (hypervisor === undefined) throw new Error('this world opens no connection that may change it')
      opened.push(hypervisor)
      return hypervisor
    },
    readGuest: async (hypervisor, guest, thorough = true) => guestIn(await whole(hypervisor, thorough), guest),
    addGuest: (over = {}) => {
      counter += 1
      return harness().world.addGuest({ name: `contract-${counter}`, ...over })
    },
    needs: (context, ...abilities) => {
      for (const ability of abilities) {
        const reason = harness().cannot[ability]
        if (reason !== undefined) context.skip(`${ability}: not on this world: ${reason}`)
      }
    },
    start: async () => {
      process.on('unhandledRejection', noteRejection)
      started = await startHarness()
    },
    close: async () => {
      for (const hypervisor of opened) await hypervisor.close()
      await started?.close()
      process.off('unhandledRejection', noteRejection)
    },
  }
}

export function guestIn(collection: Collection, guest: ContractGuest): CollectedGuest {
  if (collection.guests.status === 'unread') throw new Error(`no guests: ${JSON.stringify(collection.guests.reason)}`)
  const found = collection.guests.value.find((each) => each.facts.nativeId === guest.nativeId)
  if (found === undefined) throw new Error(`${guest.name} is not in the collection`)
  return found
}

export function itemsOf(guest: CollectedGuest): Snapshot[] {
  if (guest.snapshots.status === 'read') return guest.snapshots.value.items
  throw new Error(`no snapshots of ${guest.facts.name}: ${JSON.stringify(guest.snapshots.reason)}`)
}

export function snapshotNamed(guest: CollectedGuest, name: string): Snapshot {
  const found = itemsOf(guest).find((snapshot) => snapshot.name === name)
  if (found === undefined) throw new Error(`${guest.facts.name} has no snapshot ${name}`)
  return found
}

/** A tree by names, as the model tells it. */
export function treeOf(guest: CollectedGuest): NamedTree {
  const items = itemsOf(guest)
  const nameOf = (nativeId: string | null): string | null =>
    nativeId === null ? null : (items.find((snapshot) => snapshot.nativeId === nativeId)?.name ?? `missing ${nativeId}`)
  const current = guest.snapshots.status === 'read' ? guest.snapshots.value.currentParent : null
  return {
    parents: Object.fromEntries(items.map((snapshot) => [snapshot.name, nameOf(snapshot.parent)])),
    current: nameOf(current),
  }
}

export const refTo = (guest: ContractGuest, snapshot: Snapshot): SnapshotRef => ({
  guest: { nativeId: guest.nativeId, name: guest.name, node: '' },
  nativeId: snapshot.nativeId,
  name: snapshot.name,
})
