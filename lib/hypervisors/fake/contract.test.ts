import type { HypervisorKind } from '@/lib/domain/connection'
import type { Outcome } from '@/lib/domain/result'
import { GIB, SECOND } from '@/lib/domain/units'
import { manualClock } from '@/lib/testing/clock'
import { describeHypervisorContract } from '../contract'
import { type ContractHarness, HOSTILE_NAMES } from '../contract/harness'
import { openFakeHypervisor } from './adapter'
import { type FakeFaults, type FakeStorage, noFaults } from './state'
import { FakeWorld } from './world'

const STYLES: Record<HypervisorKind, Pick<FakeStorage, 'type' | 'style' | 'path'>> = {
  libvirt: { type: 'dir', style: 'internal', path: '/images' },
  proxmox: { type: 'lvmthin', style: 'native', path: null },
  vsphere: { type: 'VMFS', style: 'external', path: null },
}

function startFake(kind: HypervisorKind): ContractHarness {
  const clock = manualClock()
  const world = new FakeWorld(
    { kind, product: `fake ${kind}`, version: '9.0.0', node: 'node-1', address: 'fake' },
    clock,
  )
  const rest = {
    nativeId: 's',
    name: 's',
    node: 'node-1',
    active: true,
    reach: 'any' as const,
    tellsVolumeBytes: kind !== 'proxmox',
  }
  world.addStorage({ ...STYLES[kind], ...rest, capacityBytes: 1000 * GIB, otherBytes: GIB, strays: [] })
  const withFaults = async (faults: Partial<FakeFaults>) => {
    world.faults = { ...noFaults(), ...faults }
    return async () => {
      world.faults = noFaults()
    }
  }
  const refusesNames = kind === 'proxmox'
  return {
    open: () => openFakeHypervisor(world),
    openOperated: () => openFakeHypervisor(world, { operate: true }),
    unknownTask: { kind: 'fake', id: 'never-there' },
    takeCommand: (guest, name) => ({
      do: 'snapshot.take',
      guest: { ...guest, node: 'node-1' },
      name,
      description: '',
      memory: 'none',
      memoryFile: null,
      quiesce: false,
      disks: [{ target: 'vda', mode: kind === 'libvirt' ? 'internal' : 'native' }],
    }),
    cannot: kind === 'proxmox' ? { external: 'Proxmox VE tells no overlay files' } : {},
    names: refusesNames
      ? { guests: ['web-01'], snapshots: ['a-b_C', 'n'.repeat(40)] }
      : {
          guests: Object.values(HOSTILE_NAMES),
          snapshots: Object.values(HOSTILE_NAMES).filter((name) => !name.includes('/')),
        },
    close: async () => undefined,
    world: {
      addGuest: async ({ name, running }) => {
        const disk = { target: 'vda', storage: 's', format: 'qcow2', virtualBytes: 20 * GIB, usedBytes: GIB }
        return world.addGuest({ name, power: running === true ? 'running' : 'stopped', disks: [disk] }).facts
      },
      removeGuest: async ({ nativeId }) => void must(world.removeGuest(nativeId)),
      take: async ({ nativeId }, { name, memory, external, description }) => {
        clock.advance(SECOND)
        const style = external === true ? { style: 'external' as const } : {}
        must(world.take(nativeId, { name, memory: memory ?? false, description: description ?? '', ...style }))
      },
      rollback: async ({ nativeId }, name) => {
        clock.advance(SECOND)
        must(world.rollback(nativeId, idOf(world, nativeId, name)))
      },
      deleteSnapshot: async ({ nativeId }, name) => void must(world.delete(nativeId, idOf(world, nativeId, name))),
      failSection: async (section, { nativeId }) => {
        const reason = { code: 'not-permitted', privilege: 'VM.Audit' } as const
        return withFaults({ unread: { [section]: section === 'snapshots' ? new Map([[nativeId, reason]]) : reason } })
      },
      refuse: () => withFaults({ refuse: { code: 'credentials-refused', method: 'password' } }),
      hang: () => withFaults({ hangs: true }),
      die: () => withFaults({ diesAfterGuests: 1 }),
      vanish: ({ nativeId }) => withFaults({ vanishing: new Set([nativeId]) }),
      causeHint: async ({ nativeId }) => void must(world.setPower(nativeId, 'paused')),
    },
  }
}

const idOf = (world: FakeWorld, guest: string, name: string): string =>
  world.guests.get(guest)?.snapshots.find((snapshot) => snapshot.name === name)?.nativeId ?? name

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`the fake world refused: ${JSON.stringify(outcome.why)}`)
  return outcome.value
}

for (const kind of ['libvirt', 'proxmox', 'vsphere'] as const) {
  describeHypervisorContract(`fake ${kind}`, () => startFake(kind), { histories: 60, steps: 25 })
}
