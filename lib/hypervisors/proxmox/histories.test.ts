/** Random histories on machines and containers, on every kind of storage: what is told is the laboratory's own truth. */
import { expect, test } from 'vitest'
import { generatedCluster } from '../../../e2e/labs/proxmox/generated'
import type { Guest } from '../../../e2e/labs/proxmox/state'
import { sampleHistories, TreeModel } from '../contract/history'
import { act, guestOf, type Reading, startReading } from './testing/reading'

const HISTORIES = 15
const STEPS = 12

/** The tree as the laboratory holds it. */
function truthOf(guest: Guest) {
  return {
    parents: Object.fromEntries([...guest.snapshots].map(([name, { config }]) => [name, config.parent ?? null])),
    current: guest.config.parent ?? null,
  }
}

async function toldOf(reading: Reading, vmid: string) {
  const { snapshots } = guestOf(await reading.collect(), vmid)
  if (snapshots.status === 'unread') throw new Error(JSON.stringify(snapshots.reason))
  return {
    parents: Object.fromEntries(snapshots.value.items.map(({ name, parent }) => [name, parent])),
    current: snapshots.value.currentParent,
  }
}

test('trees are equal to the laboratory’s after every step', async () => {
  const size = { nodes: 3, guests: 24, snapshotsEach: 0, containerEvery: 3 }
  const reading = startReading((options) => generatedCluster({ ...options, size }))
  await reading.collect()
  const able = [...reading.cluster.state.guests.values()].filter(({ config }) => {
    const disk = String(config.scsi0 ?? config.rootfs)
    return !disk.startsWith('lvm1:') && !disk.includes('.raw')
  })
  expect(new Set(able.map(({ kind }) => kind))).toEqual(new Set(['qemu', 'lxc']))
  let compared = 0
  for (const [index, history] of sampleHistories(HISTORIES, STEPS).entries()) {
    const guest = able[index % able.length]
    if (guest === undefined) throw new Error('no guest')
    const base = `/nodes/${guest.node}/${guest.kind}/${guest.vmid}/snapshot`
    for (const name of guest.snapshots.keys()) act(reading, 'DELETE', `${base}/${name}`, { force: '1' })
    const model = new TreeModel()
    for (const step of history) {
      const chosen = model.choose(step)
      if (chosen === null) continue
      // What the storage refuses (an older state on ZFS) leaves the tree as it was.
      if (chosen.do === 'take') act(reading, 'POST', base, { snapname: chosen.snapshot })
      else if (chosen.do === 'rollback') act(reading, 'POST', `${base}/${chosen.snapshot}/rollback`, {})
      else if (guest.snapshots.has(chosen.snapshot)) act(reading, 'DELETE', `${base}/${chosen.snapshot}`, {})
      model.apply(chosen)
      expect(await toldOf(reading, String(guest.vmid)), JSON.stringify(chosen)).toEqual(truthOf(guest))
      compared += 1
    }
  }
  expect(compared).toBeGreaterThan(HISTORIES * 4)
})
