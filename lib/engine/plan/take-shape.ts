/**
 * Which snapshot a guest gets: the kind chosen from what is asked and what is possible, every new file named, and how
 * consistent the result will be. Used by taking one and by the safety snapshot before a rollback.
 */
import type { Feature, Support } from '@/lib/domain/capability'
import type { Command, TakeDisk } from '@/lib/domain/command'
import type { Power } from '@/lib/domain/inventory'
import type { Downtime } from '@/lib/domain/plan'
import type { Reason, UnsupportedCause } from '@/lib/domain/reason'
import type { Consistency } from '@/lib/domain/snapshot'
import { type Context, storageOfDisk, storageOfFile } from './context'
import { type Refusal, refusal, type Unplaced } from './draft'
import { EMPTY_OVERLAY } from './layers'
import { memoryBytes, stateVolume } from './memory-size'
import { fileBeside } from './names'
import { TAKEN_INSIDE } from './platform/libvirt-internal'
import { memoryPlace } from './platform/proxmox-memory'
import type { Outcome } from './platform/rules'
import { NOTHING } from './ranges'
import { type SpaceMove, spaceMove } from './space'

export type TakeWish = {
  name: string
  description: string
  memory: boolean
  quiesce: boolean
  kind: 'internal' | 'external' | null
}

export type TakeShape = {
  command: Extract<Command, { do: 'snapshot.take' }>
  kind: 'internal' | 'external' | 'native'
  moves: SpaceMove[]
  /** space it takes where nobody can tell how much there is */
  unplaced: Unplaced | null
  consistency: Consistency
  downtime: Downtime
  /** disks the snapshot leaves out */
  excluded: string[]
}

/** `power`: what the guest is when the snapshot is taken. */
export function shapeTake(context: Context, wish: TakeWish, power: Power): Outcome<TakeShape> {
  return context.connection.kind === 'libvirt' ? onLibvirt(context, wish, power) : onOwnStorage(context, wish, power)
}

/** What the guest's other snapshots are; the two kinds never mix. */
function kindOfOthers({ snapshots }: Context): 'internal' | 'external' | null {
  if (snapshots.some(({ kind }) => kind === 'external')) return 'external'
  return snapshots.some(({ kind }) => kind === 'internal') ? 'internal' : null
}

/** Running guests get overlays, which pause nothing and need no memory saved; with memory, and off, one file is simpler. */
function chooseKind(context: Context, { memory, quiesce, kind }: TakeWish, power: Power): 'internal' | 'external' {
  const others = kind ?? kindOfOthers(context)
  if (others !== null) return others
  const can = (feature: Feature): boolean => context.known.capabilities[feature].ok
  const first = quiesce || (power !== 'stopped' && !memory) ? 'external' : 'internal'
  const second = first === 'internal' ? 'external' : 'internal'
  if (can(`snapshot.${first}`) || quiesce) return first
  return can(`snapshot.${second}`) ? second : first
}

function onLibvirt(context: Context, wish: TakeWish, power: Power): Outcome<TakeShape> {
  const kind = chooseKind(context, wish, power)
  const isActive = power !== 'stopped'
  // A running guest's internal snapshot always holds its memory; a stopped one has none to hold.
  const memory = isActive && wish.memory
  const quiesce = isActive && wish.quiesce
  const refusals = [
    ...unsupported(context, `snapshot.${kind}`, power),
    ...(wish.memory ? unsupported(context, 'snapshot.memory', power) : []),
    ...(quiesce ? quiesceRefusals(context, wish) : []),
    ...(kind === 'internal' && isActive && !wish.memory ? [internalNeedsMemory(context, wish)] : []),
  ]
  if (refusals.length > 0) return { ok: false, refusals }
  const shape = kind === 'internal' ? internalDisks(context) : externalDisks(context, wish.name)
  const memoryFile = kind === 'external' && memory ? memoryFileOf(context, wish.name) : null
  return {
    ok: true,
    effect: {
      kind,
      command: {
        do: 'snapshot.take',
        guest: context.ref,
        name: wish.name,
        description: wish.description,
        memory: memory ? 'saved' : 'none',
        memoryFile,
        quiesce,
        disks: shape.disks,
      },
      moves: [...shape.moves, ...(memory ? memoryMoves(context, memoryFile) : [])],
      unplaced: null,
      consistency: quiesce ? 'filesystem' : 'crash',
      downtime: isActive ? 'stun' : 'none',
      excluded: shape.disks.flatMap(({ target, mode }) => (mode === 'excluded' ? [target] : [])),
    },
  }
}

function internalNeedsMemory(context: Context, wish: TakeWish): Refusal {
  const because: UnsupportedCause =
    kindOfOthers(context) === 'internal' ? { cause: 'mixed-chain' } : { cause: 'guest-running' }
  return refusal(
    because.cause === 'mixed-chain' ? 'not-mixed' : 'supported',
    because.cause === 'mixed-chain' ? 'guard' : 'hypervisor',
    { code: 'unsupported', feature: 'snapshot.internal', because },
    { instead: [takeIntent(context, { ...wish, memory: true, quiesce: false })] },
  )
}

const takeIntent = (context: Context, { name, memory, quiesce, kind, description }: TakeWish) =>
  ({
    do: 'take',
    guestId: context.guest.id,
    name,
    memory,
    quiesce,
    ...(kind === null ? {} : { kind }),
    ...(description === '' ? {} : { note: description }),
  }) as const

function quiesceRefusals(context: Context, wish: TakeWish): Refusal[] {
  if (wish.memory) {
    const why = { code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'with-memory' } } as const
    const instead = [
      { ...wish, quiesce: false },
      { ...wish, memory: false },
    ].map((each) => takeIntent(context, each))
    return [refusal('quiesce-possible', 'hypervisor', why, { instead })]
  }
  const support = context.known.capabilities['snapshot.quiesce']
  if (support.ok) return []
  const instead = [takeIntent(context, { ...wish, quiesce: false })]
  return [refusal('quiesce-possible', refuserOf(support), support.why, { instead })]
}

/** What we refuse although the hypervisor would do it; everything else it refuses itself. */
const OUR_GUARDS = new Set<UnsupportedCause['cause']>(['mixed-chain', 'managed-save', 'storage-type'])

const refuserOf = (support: Support): 'hypervisor' | 'guard' =>
  !support.ok && (support.why.code !== 'unsupported' || OUR_GUARDS.has(support.why.because.cause))
    ? 'guard'
    : 'hypervisor'

/** Capabilities were told for the power the guest has now; one shut down first is no longer off. */
function unsupported(context: Context, feature: Feature, power: Power): Refusal[] {
  const support = context.known.capabilities[feature]
  if (support.ok || (isAboutPower(support.why) && power !== context.known.facts.power)) return []
  const check =
    support.why.code !== 'unsupported'
      ? 'supported'
      : support.why.because.cause === 'mixed-chain'
        ? 'not-mixed'
        : support.why.because.cause === 'managed-save'
          ? 'no-saved-memory'
          : 'supported'
  const verdict = support.why.code === 'unsupported' ? 'block' : 'unknown'
  const instead =
    check === 'no-saved-memory'
      ? [{ do: 'repair', guestId: context.guest.id, repair: { fix: 'discard-saved-memory' } } as const]
      : []
  return [refusal(check, refuserOf(support), support.why, { verdict, instead })]
}

const isAboutPower = (why: Reason): boolean =>
  why.code === 'unsupported' && (why.because.cause === 'guest-off' || why.because.cause === 'guest-running')

type Shaped = { disks: TakeDisk[]; moves: SpaceMove[] }

function internalDisks(context: Context): Shaped {
  const moves = context.disks.flatMap((disk) => {
    const storage = storageOfDisk(context, disk)
    return storage === null ? [] : [spaceMove(storage, { takes: TAKEN_INSIDE })]
  })
  return { disks: context.disks.map(({ target }) => ({ target, mode: 'internal' })), moves }
}

/** An overlay of its own name beside each active image: libvirt's own choice collides where two disks share a stem. */
function externalDisks(context: Context, name: string): Shaped {
  const shaped: Shaped = { disks: [], moves: [] }
  const taken = new Set<string>()
  for (const disk of context.disks) {
    const active = disk.chain?.[0]?.file
    if (active === undefined) {
      shaped.disks.push({ target: disk.target, mode: 'excluded' })
      continue
    }
    const parts = { guest: context.ref.name, part: disk.target, name, extension: 'qcow2' }
    const overlay = fileBeside(active, parts, (file) => taken.has(file) || isTaken(context, file))
    taken.add(overlay)
    shaped.disks.push({ target: disk.target, mode: 'external', overlay })
    const storage = storageOfFile(context, overlay)
    if (storage !== null) shaped.moves.push(spaceMove(storage, { takes: EMPTY_OVERLAY }))
  }
  return shaped
}

/** A file that any storage lists, or any image or snapshot of the guest names. */
export function isTaken({ index, known, guest }: Context, file: string): boolean {
  if (index.volumesAt.get(file)?.some(({ connectionId }) => connectionId === guest.connectionId)) return true
  const listed = (index.storagesOf.get(guest.connectionId) ?? []).some(({ known: storage }) =>
    storage.volumes.value?.some(({ path }) => path === file),
  )
  return (
    listed ||
    (known.snapshots.value?.items ?? []).some(
      ({ memoryFile, disks }) => memoryFile?.file === file || disks.some((disk) => disk.file === file),
    )
  )
}

function memoryFileOf(context: Context, name: string): string | null {
  const active = context.disks.find(({ chain }) => chain !== null)?.chain?.[0]?.file
  if (active === undefined) return null
  const parts = { guest: context.ref.name, part: null, name, extension: 'mem' }
  return fileBeside(active, parts, (file) => isTaken(context, file))
}

/** Into its file, or into the image of the first disk. */
function memoryMoves(context: Context, file: string | null): SpaceMove[] {
  const first = context.disks[0]
  const storage =
    file !== null ? storageOfFile(context, file) : first === undefined ? null : storageOfDisk(context, first)
  return storage === null ? [] : [spaceMove(storage, { takes: memoryBytes(context) })]
}

/** Proxmox, vSphere: the platform chooses kind and files. */
function onOwnStorage(context: Context, wish: TakeWish, power: Power): Outcome<TakeShape> {
  const isActive = power !== 'stopped'
  const feature = context.connection.kind === 'proxmox' ? 'snapshot.internal' : 'snapshot.external'
  const refusals = [
    ...unsupported(context, feature, power),
    ...(wish.memory && isActive ? unsupported(context, 'snapshot.memory', power) : []),
    ...(wish.quiesce && isActive ? quiesceRefusals(context, wish) : []),
  ]
  if (refusals.length > 0) return { ok: false, refusals }
  const memory = wish.memory && isActive
  // Proxmox freezes by itself where an agent answers and no memory is saved; only its task log tells how that went.
  const freezes = !memory && isActive && context.known.facts.agent === 'connected'
  const isProxmox = context.connection.kind === 'proxmox'
  const space = isProxmox ? spaceOnProxmox(context, memory) : spaceBesideFirst(context, memory)
  return {
    ok: true,
    effect: {
      kind: 'native',
      command: {
        do: 'snapshot.take',
        guest: context.ref,
        name: wish.name,
        description: wish.description,
        memory: memory ? 'saved' : 'none',
        memoryFile: null,
        quiesce: isActive && wish.quiesce,
        disks: context.disks.map(({ target }) => ({ target, mode: 'native' })),
      },
      ...space,
      consistency: (isProxmox ? freezes : isActive && wish.quiesce) ? 'filesystem' : 'crash',
      downtime: isActive ? 'stun' : 'none',
      excluded: [],
    },
  }
}

type TakenSpace = Pick<TakeShape, 'moves' | 'unplaced'>

/** The disks take nothing that is told; memory is counted where Proxmox VE saves it. */
function spaceOnProxmox(context: Context, memory: boolean): TakenSpace {
  const { moves } = spaceBesideFirst(context, false)
  if (!memory) return { moves, unplaced: null }
  const place = memoryPlace(context)
  const takes = stateVolume(context)
  return place.at === 'storage'
    ? { moves: [...moves, spaceMove(place.storage, { takes })], unplaced: null }
    : { moves, unplaced: { what: 'memory', takes, storage: place.at === 'missing' ? place.name : null } }
}

/** With the first disk. */
function spaceBesideFirst(context: Context, memory: boolean): TakenSpace {
  const first = context.disks[0]
  const storage = first === undefined ? null : storageOfDisk(context, first)
  const takes = memory ? stateVolume(context) : NOTHING
  return { moves: storage === null ? [] : [spaceMove(storage, { takes })], unplaced: null }
}
