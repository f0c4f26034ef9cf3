/** The ordinary guests of the demo fleet: names, sizes and habits as a company's would be, from a seed. */
import type { Random } from './random'
import type { ScenarioGuest, ScenarioStep } from './scenario'

/** `20251121_1430`: people and scripts put the time into a snapshot's name. */
export function stamp(anchorMillis: number, hoursAgo: number): string {
  const iso = new Date(anchorMillis - hoursAgo * 3_600_000).toISOString()
  return `${iso.slice(0, 10).replaceAll('-', '')}_${iso.slice(11, 16).replace(':', '')}`
}

const ROLES = [
  'web',
  'api',
  'redis',
  'mq',
  'pg',
  'mysql',
  'kafka',
  'es',
  'oa',
  'wms',
  'mes',
  'plm',
  'bi',
  'hr-app',
] as const
const SHARED = [
  'nexus',
  'grafana',
  'gitlab',
  'ldap',
  'dns',
  'proxy',
  'mail',
  'log',
  'backup',
  'vault',
  'wiki',
  'jump',
] as const
const ENVIRONMENTS = ['prod', 'prod', 'test', 'dev'] as const
const REASONS = [
  'before-upgrade',
  'before-patch',
  'pre-migration',
  'clean-install',
  'before-config',
  'known-good',
] as const

export type OrdinarySpec = {
  count: number
  nodes: readonly [string, ...string[]]
  /** storage by name, and how its disks look */
  storages: readonly [OrdinaryStorage, ...OrdinaryStorage[]]
  target: string
  /** Proxmox runs containers too */
  containers?: boolean
  /** first id where the platform numbers guests */
  firstId?: number
  anchorMillis: number
  random: Random
}

type OrdinaryStorage = { name: string; format: string; node?: string; snapshots: boolean }

/** So many guests, none of them remarkable; about half without a snapshot. */
export function ordinaryGuests(spec: OrdinarySpec): ScenarioGuest[] {
  const numbers = new Map<string, number>()
  return Array.from({ length: spec.count }, (_, index) => {
    const { random } = spec
    const environment = random.pick(ENVIRONMENTS)
    const stem = random.chance(0.7) ? `${random.pick(ROLES)}-${environment}` : random.pick(SHARED)
    const number = (numbers.get(stem) ?? 0) + 1
    numbers.set(stem, number)
    const storage = random.pick(spec.storages)
    const container = spec.containers === true && random.chance(0.25)
    const running = random.chance(environment === 'prod' ? 0.97 : 0.75)
    const gib = random.pick([20, 32, 40, 60, 80, 100, 200])
    const memoryGib = random.pick([1, 2, 4, 4, 8, 8, 16])
    const usedGib = round(gib * (0.2 + random.next() * 0.6))
    return {
      name: `${stem}-${String(number).padStart(2, '0')}`,
      ...(spec.firstId === undefined ? {} : { id: String(spec.firstId + index) }),
      node: storage.node ?? random.pick(spec.nodes),
      ...(container ? { kind: 'container' as const } : {}),
      power: running ? 'running' : 'stopped',
      tags: [environment],
      cpus: random.pick([1, 2, 2, 4, 4, 8]),
      memoryGib,
      firmware: random.chance(0.3) ? 'uefi' : 'bios',
      agent: random.chance(0.6) ? 'connected' : 'absent',
      disks: [{ target: spec.target, storage: storage.name, format: storage.format, gib, usedGib }],
      history: storage.snapshots ? ordinaryHistory(spec, gib, memoryGib, container) : [],
    }
  })
}

function ordinaryHistory(spec: OrdinarySpec, gib: number, memoryGib: number, container: boolean): ScenarioStep[] {
  const { random } = spec
  const count = random.pick([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3])
  const steps: ScenarioStep[] = []
  // Ages fall from the oldest to the newest; most are hours or days, some were forgotten.
  let hoursAgo = round((random.chance(0.04) ? random.between(700, 3000) : random.between(4, 160)) + random.next())
  for (let index = 0; index < count; index += 1) {
    const memory = !container && random.chance(0.12)
    const reason = random.pick(REASONS)
    steps.push({
      do: 'take',
      name: `${reason}-${stamp(spec.anchorMillis, hoursAgo)}`,
      hoursAgo,
      ...(memory ? { memory, memoryGib: round(memoryGib * (0.4 + random.next() * 0.5)) } : {}),
      consistency: random.pick(['unknown', 'crash', 'crash', 'filesystem']),
      description: random.chance(0.5) ? `Change CHG-${random.between(20100, 20980)}` : '',
    })
    steps.push({ do: 'write', gib: round(gib * random.next() * 0.12) })
    hoursAgo = round(hoursAgo * (0.25 + random.next() * 0.6))
  }
  return steps
}

const round = (value: number): number => Math.round(value * 100) / 100
