/**
 * What Proxmox VE sends, as far as we read it. Tolerant by rule: numbers come as strings from some releases and proxies,
 * booleans as 0 and 1, keys come and go between 8 and 9, lists hold kinds of rows we do not know. A row without what
 * identifies it is not passed over in silence: the list is then malformed, and so unread.
 */
import { z } from 'zod'
import { type Outcome, ok, refused } from '@/lib/domain/result'

const toNumber = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || value.trim() === '') return null
  const parsed = Number(value)
  return Number.isFinite(parsed) ? parsed : null
}
const toText = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

const toFlag = (value: unknown): boolean => value === true || toNumber(value) === 1

/**
 * A row of which nothing is required, read in one step. A schema of each field costs some sixty objects a row, and these
 * come by the thousand every ten seconds, or by the hundred thousand at first contact: collecting them held the worker.
 */
const looseRow = <Out>(read: (row: Record<string, unknown>) => Out) =>
  z
    .custom<Record<string, unknown>>((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
    .transform(read)

/** A number or nothing; text that is no number is nothing. */
const number = z.unknown().optional().transform(toNumber)
const text = z.unknown().optional().transform(toText)
/** 0 and 1, as numbers, strings or booleans; absent is no. */
const flag = z.unknown().optional().transform(toFlag)
const id = z.union([z.string(), z.number()]).transform(String)

/** Of `/cluster/resources`: guests, nodes, storages, and kinds that came later (`network`, `sdn`, …). */
export const resourceSchema = looseRow((row) => ({
  type: toText(row.type),
  vmid: toNumber(row.vmid),
  node: toText(row.node),
  name: toText(row.name),
  status: toText(row.status),
  tags: toText(row.tags),
  lock: toText(row.lock),
  template: toFlag(row.template),
  maxcpu: toNumber(row.maxcpu),
  maxmem: toNumber(row.maxmem),
  diskwrite: toNumber(row.diskwrite),
  uptime: toNumber(row.uptime),
  hastate: toText(row.hastate),
  storage: toText(row.storage),
  plugintype: toText(row.plugintype),
  content: toText(row.content),
  shared: toFlag(row.shared),
  disk: toNumber(row.disk),
  maxdisk: toNumber(row.maxdisk),
}))
export type Resource = z.output<typeof resourceSchema>

/** Of `/cluster/status`: one row of the cluster, where it is one, and one of each node. */
export const statusRowSchema = z.object({
  type: text,
  name: text,
  quorate: number,
  ip: text,
  local: flag,
})
export type StatusRow = z.output<typeof statusRowSchema>

/** Of `/nodes/{node}/qemu` and `/lxc`. */
export const guestRowSchema = z.object({
  vmid: id,
  name: text,
  status: text,
  qmpstatus: text,
  tags: text,
  lock: text,
  template: flag,
  cpus: number,
  maxmem: number,
})
export type GuestRow = z.output<typeof guestRowSchema>

export const snapshotRowSchema = z.object({
  name: z.string(),
  description: text,
  parent: text,
  snaptime: number,
  vmstate: flag,
  snapstate: text,
  digest: text,
})
export type SnapshotRow = z.output<typeof snapshotRowSchema>

/** A configuration is a flat map of texts and numbers. */
export const configSchema = z.record(z.string(), z.unknown()).transform((raw): Record<string, string> => {
  const config: Record<string, string> = {}
  for (const [key, value] of Object.entries(raw)) {
    const given = toText(value)
    if (given !== null) config[key] = given
  }
  return config
})
export type Config = z.output<typeof configSchema>

export const storageDefinitionSchema = z.object({
  storage: id,
  type: text,
  content: text,
  path: text,
  shared: flag,
  'snapshot-as-volume-chain': flag,
  pool: text,
  thinpool: text,
  vgname: text,
})
export type StorageDefinition = z.output<typeof storageDefinitionSchema>

/** Of `/nodes/{node}/storage`. */
export const nodeStorageSchema = z.object({
  storage: id,
  type: text,
  content: text,
  active: flag,
  enabled: z
    .unknown()
    .optional()
    .transform((value) => value === undefined || value === true || toNumber(value) === 1),
  shared: flag,
  total: number,
  used: number,
  avail: number,
})
export type NodeStorage = z.output<typeof nodeStorageSchema>

export const volumeSchema = z.object({
  volid: z.string(),
  content: text,
  format: text,
  size: number,
  used: number,
  vmid: number,
  ctime: number,
  parent: text,
})
export type VolumeRow = z.output<typeof volumeSchema>

export const taskSchema = z.object({
  upid: z.string(),
  node: text,
  type: text,
  id: text,
  starttime: number,
  endtime: number,
  status: text,
  user: text,
  tokenid: text,
})
export type TaskRow = z.output<typeof taskSchema>

/** Of `/nodes/{node}/tasks/{upid}/status`: `exitstatus` comes with the end, and alone tells how it ended. */
export const taskStatusSchema = z.object({ status: text, exitstatus: text })
export type TaskStatus = z.output<typeof taskStatusSchema>

/** Of `/nodes/{node}/tasks/{upid}/log`: line number and text. */
export const taskLogSchema = z.array(z.object({ n: number, t: text }))

/** Of `/nodes/{node}/{qemu,lxc}/{vmid}/status/current`. */
export const guestStatusSchema = z.object({ status: text, qmpstatus: text, lock: text })

/** What the guest agent answered, under `result`. */
export const agentResultSchema = z.object({ result: z.unknown() })

export const permissionsSchema = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .transform((raw) =>
    Object.fromEntries(Object.entries(raw).map(([path, granted]) => [path, Object.keys(granted).sort()])),
  )

export const haResourceSchema = z.object({ sid: z.string() })
export const replicationSchema = z.object({ guest: number, disable: flag })
export const thinPoolSchema = z.object({
  lv: z.string(),
  vg: text,
  metadata_size: number,
  metadata_used: number,
})
export type ThinPool = z.output<typeof thinPoolSchema>
export const versionSchema = z.object({ version: z.string() })
export const rrdSchema = looseRow((row) => ({
  time: toNumber(row.time),
  used: toNumber(row.used),
  total: toNumber(row.total),
  diskwrite: toNumber(row.diskwrite),
}))

/** Parses what came under `data`; `what` names it for a person. */
export function parseOne<Out>(schema: z.ZodType<Out>, data: unknown, what: string): Outcome<Out> {
  const parsed = schema.safeParse(data)
  return parsed.success ? ok(parsed.data) : malformed(what, parsed.error)
}

/** Parses a list, letting others run between its rows: five thousand are parsed in one go nowhere else. */
export async function parseList<Out>(
  schema: z.ZodType<Out>,
  data: unknown,
  what: string,
  pace: () => Promise<void>,
): Promise<Outcome<Out[]>> {
  if (!Array.isArray(data)) return malformed(what, null)
  const rows: Out[] = []
  for (const row of data) {
    const parsed = schema.safeParse(row)
    if (!parsed.success) return malformed(what, parsed.error)
    rows.push(parsed.data)
    if (rows.length % PARSED_AT_ONCE === 0) await pace()
  }
  return ok(rows)
}

const PARSED_AT_ONCE = 100

const malformed = (what: string, error: z.ZodError | null): Outcome<never> => {
  const [issue] = error?.issues ?? []
  const problem = issue === undefined ? 'not a list' : `${issue.path.map(String).join('.')}: ${issue.message}`
  return refused({ code: 'malformed', what: 'answer', name: what, problem: `${what}: ${problem}` })
}
