/**
 * A scenario file: a hypervisor's contents as JSON, for tests and demonstrations. Guests are told by what was done
 * to them (take, write, roll back …), so that every tree, file and size in the result is one that could have come about.
 * Node only: it reads files and validates them.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { HYPERVISOR_KINDS } from '../../domain/connection'

const gib = z.number().nonnegative()
const hoursAgo = z.number()

const step = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('take'),
    name: z.string(),
    hoursAgo,
    memory: z.boolean().optional(),
    memoryGib: gib.optional(),
    style: z.enum(['internal', 'external']).optional(),
    consistency: z.enum(['crash', 'filesystem', 'application', 'unknown']).optional(),
    description: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('rollback'), to: z.string(), hoursAgo }),
  z.strictObject({ do: z.literal('delete'), name: z.string(), children: z.enum(['keep', 'delete']).optional() }),
  z.strictObject({ do: z.literal('write'), gib, disk: z.string().optional() }),
  z.strictObject({
    do: z.literal('edit'),
    cpus: z.int().positive().optional(),
    memoryGib: gib.optional(),
    tags: z.array(z.string()).optional(),
    set: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ do: z.literal('power'), to: z.enum(['running', 'paused', 'stopped', 'suspended']) }),
  z.strictObject({ do: z.literal('lay-overlay'), disk: z.string(), file: z.string() }),
  z.strictObject({
    do: z.literal('lose-metadata'),
    name: z.string(),
    keepData: z.boolean(),
    tornOn: z.array(z.string()).optional(),
  }),
  z.strictObject({ do: z.literal('leave-incomplete'), name: z.string() }),
])

const disk = z.strictObject({
  target: z.string(),
  storage: z.string().nullable(),
  format: z.string(),
  gib,
  usedGib: gib,
  device: z.enum(['disk', 'cdrom']).optional(),
  readOnly: z.boolean().optional(),
  file: z.string().optional(),
  /** file it reads through to, made by a guest before this one */
  backing: z.string().optional(),
})

const guest = z.strictObject({
  name: z.string(),
  id: z.string().optional(),
  node: z.string().optional(),
  kind: z.enum(['vm', 'container']).optional(),
  power: z.enum(['running', 'paused', 'stopped', 'suspended', 'unknown']).optional(),
  tags: z.array(z.string()).optional(),
  cpus: z.int().positive().optional(),
  memoryGib: gib.optional(),
  firmware: z.enum(['bios', 'uefi', 'unknown']).optional(),
  tpm: z.boolean().optional(),
  agent: z.enum(['connected', 'absent', 'not-configured', 'unknown']).optional(),
  managedSave: z.boolean().optional(),
  description: z.string().optional(),
  configuration: z.record(z.string(), z.string()).optional(),
  disks: z.array(disk),
  history: z.array(step).optional(),
})

const storage = z.strictObject({
  name: z.string(),
  id: z.string().optional(),
  node: z.string(),
  type: z.string(),
  path: z.string().nullable().optional(),
  active: z.boolean().optional(),
  capacityGib: gib,
  /** used in all; what guests and strays do not explain belongs to others */
  usedGib: gib,
  style: z.enum(['internal', 'external', 'native', 'none']),
  reach: z.enum(['any', 'newest-only']).optional(),
  tellsVolumeBytes: z.boolean().optional(),
  /** used share of a thin pool's metadata */
  metadataRatio: z.number().min(0).max(1).optional(),
  inodes: z.strictObject({ total: z.int().min(0), free: z.int().min(0) }).optional(),
  strays: z
    .array(
      z.strictObject({
        name: z.string(),
        role: z.enum(['disk', 'overlay', 'base', 'memory', 'iso', 'orphan', 'unknown']),
        format: z.string(),
        gib,
        backingFile: z.string().optional(),
      }),
    )
    .optional(),
})

const scenario = z.strictObject({
  kind: z.enum(HYPERVISOR_KINDS),
  product: z.string(),
  version: z.string(),
  node: z.string(),
  address: z.string(),
  storages: z.array(storage),
  guests: z.array(guest),
})

export type Scenario = z.infer<typeof scenario>
export type ScenarioGuest = Scenario['guests'][number]
export type ScenarioDisk = ScenarioGuest['disks'][number]
export type ScenarioStorage = Scenario['storages'][number]
export type ScenarioStep = NonNullable<ScenarioGuest['history']>[number]

/** Validates a scenario. Throws with the path of what is wrong: a broken scenario is its author's mistake. */
export function parseScenario(value: unknown): Scenario {
  const parsed = scenario.safeParse(value)
  if (!parsed.success) throw new Error(`not a scenario: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** Reads and validates a scenario file. Throws when it cannot be read or is not one. */
export async function loadScenario(path: string): Promise<Scenario> {
  return parseScenario(JSON.parse(await readFile(path, 'utf8')))
}
