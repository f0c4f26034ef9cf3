/** What must hold of any collection, whatever the world behind it. Throws through vitest's expect. */
import { expect } from 'vitest'
import { FEATURES } from '../../domain/capability'
import type { CollectedGuest, CollectedStorage, Collection } from '../../domain/inventory'
import type { Reason } from '../../domain/reason'
import type { Bytes } from '../../domain/units'

/** Every reason given anywhere for something unread. */
export function unreadReasons(collection: Collection): Reason[] {
  const reasons: Reason[] = []
  if (collection.guests.status === 'unread') reasons.push(collection.guests.reason)
  else {
    for (const guest of collection.guests.value) {
      for (const section of [guest.disks, guest.snapshots, guest.configuration]) {
        if (section.status === 'unread') reasons.push(section.reason)
      }
    }
  }
  if (collection.storages.status === 'unread') reasons.push(collection.storages.reason)
  else {
    for (const { volumes } of collection.storages.value) if (volumes.status === 'unread') reasons.push(volumes.reason)
  }
  return reasons
}

/** The reading without when it was made. */
export function withoutTimes(collection: Collection): Omit<Collection, 'startedAt' | 'finishedAt' | 'clockSkewMillis'> {
  const { startedAt: _startedAt, finishedAt: _finishedAt, clockSkewMillis: _skew, ...rest } = collection
  return rest
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const expectBytes = (bytes: Bytes | null, of: string): void => {
  if (bytes === null) return
  expect(Number.isSafeInteger(bytes) && bytes >= 0, `${of}: ${bytes} bytes`).toBe(true)
}

const expectUnique = (values: string[], of: string): void => {
  expect(new Set(values).size, `${of} repeat: ${values.join(', ')}`).toBe(values.length)
}

/** Checks that a collection contradicts neither itself nor the vocabulary. */
export function expectTruthful(collection: Collection): void {
  expect(JSON.parse(JSON.stringify(collection)), 'survives JSON').toEqual(collection)
  expect(collection.startedAt).toMatch(INSTANT)
  expect(collection.finishedAt).toMatch(INSTANT)
  expect(collection.finishedAt >= collection.startedAt).toBe(true)
  for (const reason of unreadReasons(collection)) expect(reason.code).toEqual(expect.any(String))
  if (collection.guests.status === 'read') {
    expectUnique(
      collection.guests.value.map((guest) => guest.facts.nativeId),
      'native ids of guests',
    )
    for (const guest of collection.guests.value) expectTruthfulGuest(guest)
  }
  if (collection.storages.status === 'read') {
    expectUnique(
      collection.storages.value.map((storage) => storage.facts.nativeId),
      'native ids of storages',
    )
    for (const storage of collection.storages.value) expectTruthfulStorage(storage)
  }
  expectKnownUsers(collection)
}

function expectTruthfulGuest(guest: CollectedGuest): void {
  const of = guest.facts.name
  expectBytes(guest.facts.memoryBytes, of)
  for (const feature of FEATURES) {
    const support = guest.capabilities[feature]
    expect(support, `${of}: ${feature} has no answer`).toBeDefined()
    if (!support.ok) expect(support.why.code, `${of}: ${feature}`).toEqual(expect.any(String))
  }
  expect(Object.keys(guest.capabilities).sort()).toEqual([...FEATURES].sort())
  if (guest.disks.status === 'read') {
    expectUnique(
      guest.disks.value.map((disk) => disk.target),
      `disks of ${of}`,
    )
    for (const disk of guest.disks.value) {
      expectBytes(disk.virtualBytes, `${of} ${disk.target}`)
      for (const image of disk.chain ?? []) expectBytes(image.allocatedBytes, `${of} ${image.file}`)
    }
  }
  if (guest.snapshots.status === 'unread') return
  const { items, currentParent } = guest.snapshots.value
  const ids = new Set(items.map((snapshot) => snapshot.nativeId))
  expectUnique(
    items.map((snapshot) => snapshot.nativeId),
    `snapshots of ${of}`,
  )
  if (currentParent !== null)
    expect(ids.has(currentParent), `${of}: current state stands on ${currentParent}`).toBe(true)
  for (const snapshot of items) {
    const each = `${of}: ${snapshot.name}`
    if (snapshot.parent !== null) expect(ids.has(snapshot.parent), `${each} has an unlisted parent`).toBe(true)
    if (snapshot.parentMissing !== null) expect(snapshot.parent, each).toBeNull()
    if (snapshot.createdAt !== null) expect(snapshot.createdAt, each).toMatch(INSTANT)
    expect(snapshot.size.bytes === null, `${each}: size without bytes is unknown`).toBe(
      snapshot.size.confidence === 'unknown',
    )
    expectBytes(snapshot.size.bytes, each)
    if (snapshot.memory === 'none') expect(snapshot.memoryFile, each).toBeNull()
    for (const disk of snapshot.disks) expectBytes(disk.bytes, each)
  }
}

function expectTruthfulStorage(storage: CollectedStorage): void {
  const { facts, volumes } = storage
  for (const bytes of [facts.capacityBytes, facts.usedBytes, facts.availableBytes, facts.provisionedBytes]) {
    expectBytes(bytes, facts.name)
  }
  if (volumes.status === 'unread') return
  expectUnique(
    volumes.value.map((volume) => volume.nativeId),
    `volumes of ${facts.name}`,
  )
  for (const volume of volumes.value) {
    expectBytes(volume.virtualBytes, volume.name)
    expectBytes(volume.allocatedBytes, volume.name)
    if (volume.role === 'orphan') expect(volume.usedBy, `${volume.name} is an orphan`).toEqual([])
  }
}

/** Of a whole reading, volumes name only guests that are there. */
function expectKnownUsers(collection: Collection): void {
  if (!collection.scope.whole || collection.guests.status === 'unread' || collection.storages.status === 'unread')
    return
  const known = new Set(collection.guests.value.map((guest) => guest.facts.nativeId))
  for (const { volumes } of collection.storages.value) {
    if (volumes.status === 'unread') continue
    for (const volume of volumes.value) {
      for (const guest of volume.usedBy) expect(known.has(guest), `${volume.name} is used by ${guest}`).toBe(true)
    }
  }
}
