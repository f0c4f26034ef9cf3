/** What the same reads cost with one `virsh` process per call: a sample, extrapolated by the number of calls. */
import type { ManyGuest } from '../../e2e/labs/libvirt/many'
import { runCommand } from '../../e2e/labs/libvirt/namespace'
import { median, timed } from './stats'

export type VirshSample = {
  /** one after the other, ms, extrapolated */
  millis: number
  processesRun: number
  calls: number
}

/** Processes per kind of call. */
const SAMPLE = 12

/**
 * Runs a sample of the calls and extrapolates their medians. Left out, in virsh's favour: the lists, the statistics of
 * many guests at once, pools, and the looks into images.
 */
export async function sampleVirsh(socket: string, guests: readonly ManyGuest[], pool: string): Promise<VirshSample> {
  const snapshots = guests.reduce((sum, guest) => sum + guest.snapshots.length, 0)
  const kinds: { count: number; args: (guest: ManyGuest, index: number) => string[] }[] = [
    { count: guests.length, args: ({ uuid }) => ['dumpxml', uuid] },
    { count: guests.length, args: ({ uuid }) => ['snapshot-list', uuid, '--name'] },
    { count: guests.length, args: ({ uuid }) => ['snapshot-current', uuid, '--name'] },
    { count: guests.length, args: ({ name }) => ['vol-dumpxml', '--pool', pool, `${name}.qcow2`] },
    {
      count: snapshots,
      args: (guest, index) => [
        'snapshot-dumpxml',
        guest.uuid,
        guest.snapshots[index % guest.snapshots.length]?.name ?? '',
      ],
    },
  ]
  const uri = `qemu+unix:///system?socket=${encodeURIComponent(socket)}`
  const times: number[][] = kinds.map(() => [])
  for (let round = 0; round < SAMPLE; round += 1) {
    const guest = guests[(round * 37) % guests.length]
    if (guest === undefined) throw new RangeError('there are no guests')
    for (const [kind, { args }] of kinds.entries()) {
      const { millis, value } = await timed(() => runCommand('virsh', ['--connect', uri, ...args(guest, round)]))
      if (value.code !== 0) throw new Error(`virsh ${args(guest, round).join(' ')}: ${value.stderr}`)
      times[kind]?.push(millis)
    }
  }
  return {
    millis: kinds.reduce((sum, { count }, kind) => sum + count * median(times[kind] ?? []), 0),
    processesRun: SAMPLE * kinds.length,
    calls: kinds.reduce((sum, { count }) => sum + count, 0),
  }
}
