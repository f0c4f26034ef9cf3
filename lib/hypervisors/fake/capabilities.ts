/** What could be done with a fake guest, by the rules of its platform (measured on libvirt 9.0 and Proxmox VE 9.2). */
import type { Capabilities, Feature, Support } from '../../domain/capability'
import type { UnsupportedCause } from '../../domain/reason'
import type { FakeGuest } from './state'
import type { FakeWorld } from './world'

const yes: Support = { ok: true }
const no = (feature: Feature, because: UnsupportedCause): Support => ({
  ok: false,
  why: { code: 'unsupported', feature, because },
})

/** Every feature has an answer, and every no its cause. */
export function capabilitiesOf(world: FakeWorld, guest: FakeGuest): Capabilities {
  switch (world.identity.kind) {
    case 'libvirt':
      return onLibvirt(world, guest)
    case 'proxmox':
      return onProxmox(world, guest)
    case 'vsphere':
      return onVsphere(guest)
  }
}

function memoryAndQuiesce(guest: FakeGuest): Pick<Capabilities, 'snapshot.memory' | 'snapshot.quiesce'> {
  const { kind, power, agent } = guest.facts
  const memory: UnsupportedCause | null =
    kind === 'container' ? { cause: 'not-a-virtual-machine' } : power === 'running' ? null : { cause: 'guest-off' }
  const quiesce: UnsupportedCause | null =
    power !== 'running' ? { cause: 'guest-off' } : agent === 'connected' ? null : { cause: 'no-agent' }
  return {
    'snapshot.memory': memory === null ? yes : no('snapshot.memory', memory),
    'snapshot.quiesce': quiesce === null ? yes : no('snapshot.quiesce', quiesce),
  }
}

/** libvirt gained the rollback of external snapshots in 9.9. */
const EXTERNAL_ROLLBACK = '9.9.0'

function onLibvirt(world: FakeWorld, guest: FakeGuest): Capabilities {
  const { facts, snapshots } = guest
  const disks = guest.disks.filter((disk) => disk.device === 'disk' && !disk.readOnly)
  const raw = disks.find((disk) => disk.format === 'raw')
  const mixed = new Set(snapshots.map((snapshot) => snapshot.kind)).size > 1
  const internal: UnsupportedCause | null =
    disks.length === 0
      ? { cause: 'no-disk' }
      : raw !== undefined
        ? { cause: 'raw-disk', disk: raw.target }
        : facts.managedSave === true
          ? { cause: 'managed-save' }
          : facts.firmware === 'uefi' && facts.power === 'running'
            ? { cause: 'uefi-raw-nvram' }
            : null
  const external: UnsupportedCause | null =
    disks.length === 0 ? { cause: 'no-disk' } : facts.managedSave === true ? { cause: 'managed-save' } : null
  const { version } = world.identity
  const rollsBack = version.localeCompare(EXTERNAL_ROLLBACK, 'en', { numeric: true }) >= 0
  return {
    'snapshot.internal': internal === null ? yes : no('snapshot.internal', internal),
    'snapshot.external': external === null ? yes : no('snapshot.external', external),
    ...memoryAndQuiesce(guest),
    'snapshot.delete': mixed ? no('snapshot.delete', { cause: 'mixed-chain' }) : yes,
    'rollback.internal': mixed
      ? no('rollback.internal', { cause: 'mixed-chain' })
      : { ok: true, limits: { reach: 'any' } },
    'rollback.external': rollsBack
      ? { ok: true, limits: { reach: 'any' } }
      : no('rollback.external', { cause: 'needs-version', needs: EXTERNAL_ROLLBACK, has: version }),
    'chain.merge': facts.power === 'running' ? yes : no('chain.merge', { cause: 'guest-off' }),
  }
}

function onProxmox(world: FakeWorld, guest: FakeGuest): Capabilities {
  const storages = guest.disks.flatMap((disk) => world.storages.get(disk.storage ?? '') ?? [])
  const none = storages.find((storage) => storage.style === 'none')
  const newestOnly = storages.some((storage) => storage.reach === 'newest-only')
  const driver: UnsupportedCause = { cause: 'driver', driver: 'Proxmox VE' }
  return {
    'snapshot.internal': none === undefined ? yes : no('snapshot.internal', { cause: 'storage-type', type: none.type }),
    'snapshot.external': no('snapshot.external', driver),
    ...memoryAndQuiesce(guest),
    'snapshot.delete': yes,
    'rollback.internal': { ok: true, limits: { reach: newestOnly ? 'newest-only' : 'any' } },
    'rollback.external': no('rollback.external', driver),
    'chain.merge': no('chain.merge', driver),
  }
}

function onVsphere(guest: FakeGuest): Capabilities {
  const driver: UnsupportedCause = { cause: 'driver', driver: 'vSphere' }
  return {
    'snapshot.internal': no('snapshot.internal', driver),
    'snapshot.external': guest.disks.length === 0 ? no('snapshot.external', { cause: 'no-disk' }) : yes,
    ...memoryAndQuiesce(guest),
    'snapshot.delete': yes,
    'rollback.internal': no('rollback.internal', driver),
    'rollback.external': { ok: true, limits: { reach: 'any' } },
    'chain.merge': yes,
  }
}
