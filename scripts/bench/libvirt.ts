/** Reading a real libvirt host of 200 domains with 20 snapshots each. */
import type { LibvirtLab } from '../../e2e/labs/libvirt/lab'
import { buildMany, type ManyGuest } from '../../e2e/labs/libvirt/many'
import type { Collection } from '../../lib/domain/inventory'
import { openLibvirtHypervisor } from '../../lib/hypervisors/libvirt/adapter'
import { readBare } from './bare-reading'
import { addConnection, collectNow, openLab } from './lab'
import { memoryOf } from './processes'
import { createAdministrator, startMeasured } from './product'
import type { Bench, BenchContext, Figure } from './report'
import { median, timed } from './stats'
import { sampleVirsh } from './virsh'

const SIZE = { domains: 200, snapshotsEach: 20 }
const ROUNDS = 5
const WORKER_ROUNDS = 3
/** Longer than the worker lets pass between two readings: at least one unasked one is among what is measured. */
const UNASKED_MS = 12_000
const TARGETS = { overVirsh: 25, overBare: 3, again: 0.333, delayMs: 50, workerMb: 200 }

export const libvirtBench: Bench = {
  name: 'libvirt',
  about: `collecting ${SIZE.domains} real domains with ${SIZE.snapshotsEach} snapshots each`,
  async run(context) {
    const lab = await openLab()
    try {
      context.say('defining the domains')
      const guests = await buildMany(lab, SIZE)
      return [...(await compareReadings(lab, guests, context)), ...(await watchWorker(lab, context))]
    } finally {
      await lab.close()
    }
  },
}

type Round = { bare: number; first: number; second: number }

/** Bare, first and second readings in turn, so that a machine that slows down slows all of them. */
async function compareReadings(
  lab: LibvirtLab,
  guests: readonly ManyGuest[],
  { say }: BenchContext,
): Promise<Figure[]> {
  const rounds: Round[] = []
  for (let round = -1; round < ROUNDS; round += 1) {
    const bare = await timed(() => readBare(lab.socket))
    const own = await readTwice(lab)
    // The first round warms up: programs are compiled, files are read for the first time.
    if (round >= 0) rounds.push({ bare: bare.millis, ...own })
    say(`bare ${bare.millis.toFixed(0)} ms, first ${own.first.toFixed(0)} ms, second ${own.second.toFixed(0)} ms`)
  }
  const virsh = await sampleVirsh(lab.socket, guests, 'default')
  const first = median(rounds.map((round) => round.first))
  const spread = (values: number[]) => `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`
  const overBare = rounds.map((round) => round.first / round.bare)
  const again = rounds.map((round) => round.second / round.first)
  return [
    {
      bench: 'libvirt',
      what: 'virsh, a process per call, over a full collection',
      value: virsh.millis / first,
      unit: 'times',
      target: { least: TARGETS.overVirsh },
      note: `${(virsh.millis / 1000).toFixed(0)} s over ${(first / 1000).toFixed(2)} s; virsh extrapolated from ${virsh.processesRun} of ${virsh.calls} calls`,
    },
    {
      bench: 'libvirt',
      what: 'a full collection over the bare reading of its XML',
      value: median(overBare),
      unit: 'times',
      target: { most: TARGETS.overBare },
      note: `median of ${ROUNDS} pairs, ${spread(overBare)}; bare ${median(rounds.map(({ bare }) => bare)).toFixed(0)} ms`,
    },
    {
      bench: 'libvirt',
      what: 'a second, unchanged collection over the first',
      value: median(again),
      unit: 'times',
      target: { most: TARGETS.again },
      note: `median of ${ROUNDS} pairs, ${spread(again)}; second ${median(rounds.map(({ second }) => second)).toFixed(0)} ms`,
    },
  ]
}

/** A full collection with nothing known before, and one after it with everything known. */
async function readTwice(lab: LibvirtLab): Promise<{ first: number; second: number }> {
  const hypervisor = openLibvirtHypervisor(
    { uri: 'qemu:///system', cleartextAccepted: false, mode: 'operate' },
    {},
    { socketPath: lab.socket },
  )
  const collect = async (thorough: boolean) => {
    const { millis, value } = await timed(() =>
      hypervisor.collect({ whole: true }, { thorough }, new AbortController().signal),
    )
    expectWhole(value)
    return millis
  }
  try {
    return { first: await collect(true), second: await collect(false) }
  } finally {
    await hypervisor.close()
  }
}

/** A reading that missed something is quick for the wrong reason. */
function expectWhole({ guests, storages }: Collection): void {
  if (guests.status !== 'read' || storages.status !== 'read') throw new Error('the collection could not be read')
  const snapshots = guests.value.map((guest) =>
    guest.snapshots.status === 'read' ? guest.snapshots.value.items.length : Number.NaN,
  )
  const total = snapshots.reduce((sum, count) => sum + count, 0)
  if (guests.value.length !== SIZE.domains || total !== SIZE.domains * SIZE.snapshotsEach)
    throw new Error(`the collection has ${guests.value.length} guests and ${total} snapshots`)
}

/** The same host read and stored by the real worker, as a new connection each time. */
async function watchWorker(lab: LibvirtLab, { say }: BenchContext): Promise<Figure[]> {
  const product = await startMeasured()
  try {
    await createAdministrator(product.data)
    const worker = product.pids.worker ?? 0
    const delays: number[] = []
    const own: number[] = []
    for (let round = 1; round <= WORKER_ROUNDS; round += 1) {
      await product.store.query('DELETE FROM connections')
      await product.resetProbe(worker)
      await addConnection(product, `round-${round}`, lab)
      await collectNow(product, `round-${round}`)
      await new Promise((resolve) => setTimeout(resolve, UNASKED_MS))
      const { longestDelayMs, longestOwnMs } = product.readProbe(worker)
      delays.push(longestDelayMs)
      own.push(longestOwnMs)
      say(
        `worker: event loop held ${longestDelayMs.toFixed(0)} ms at the longest, by itself ${longestOwnMs.toFixed(0)} ms; ${memoryOf(worker).mostMb.toFixed(0)} MB at most`,
      )
    }
    const { nowMb, mostMb } = memoryOf(worker)
    return [
      {
        bench: 'libvirt',
        what: "the worker's longest event-loop delay, reading and storing",
        value: median(delays),
        unit: 'ms',
        target: { most: TARGETS.delayMs },
        note: `median of ${WORKER_ROUNDS} first inventories (${inMillis(delays)}); held by itself, not by a busy machine: ${inMillis(own)}`,
      },
      {
        bench: 'libvirt',
        what: 'worker, resident memory',
        value: mostMb,
        unit: 'MB',
        target: { most: TARGETS.workerMb },
        note: `at its most; ${nowMb.toFixed(0)} MB at the end`,
      },
    ]
  } finally {
    await product.close()
  }
}

const inMillis = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(', ')
