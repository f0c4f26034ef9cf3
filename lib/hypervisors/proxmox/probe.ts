/** Who answers, what it is a part of, what our access allows. A handful of reads, none of which changes anything. */
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { AccessFinding, ClusterAuthority, ClusterFacts, Probe } from '@/lib/domain/connection'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { epochMillis, type Millis } from '@/lib/domain/units'
import type { Answer, ProxmoxClient } from './client'
import { judgePrivileges, permissionsSchema } from './privileges'
import { isQuorate } from './standing'
import { endOf } from './trust'
import { type StatusRow, statusRowSchema } from './wire'

/** Older servers lack privileges we name, and Proxmox Server Solutions no longer mends them. */
const OLDEST_MAJOR = 8

const flag = z.coerce.number().transform((value) => value !== 0)
const versionSchema = z.object({ version: z.string() })
const nodesSchema = z.array(
  z.object({ node: z.string(), status: z.string().optional(), ssl_fingerprint: z.string().optional() }),
)
const statusSchema = z.array(statusRowSchema)
const resourcesSchema = z.array(z.object({ template: flag.optional() }))
const certificatesSchema = z.array(z.object({ filename: z.string(), pem: z.string().optional() }))

/** Asks everything a person wants to know before the connection is saved. `now` compares clocks. */
export async function probeCluster(
  client: ProxmoxClient,
  now: () => Millis,
  signal: AbortSignal,
): Promise<Outcome<Probe>> {
  const answered = await client.get(['version'], {}, signal)
  if (!answered.ok) return answered
  const version = versionSchema.safeParse(answered.value.data)
  if (!version.success) return refused({ code: 'protocol', problem: 'it tells no version of Proxmox VE' })
  const major = Number.parseInt(version.data.version, 10)
  if (!(major >= OLDEST_MAJOR)) {
    return refused({ code: 'too-old', product: 'Proxmox VE', has: version.data.version, needs: `${OLDEST_MAJOR}.0` })
  }
  const clockSkewMillis = skewOf(answered.value, now())
  const [permissions, nodes, status, guests] = await Promise.all([
    client.get(['access', 'permissions'], {}, signal),
    client.get(['nodes'], {}, signal),
    client.get(['cluster', 'status'], {}, signal),
    client.get(['cluster', 'resources'], { type: 'vm' }, signal),
  ])
  const rows = parsed(statusSchema, status) ?? []
  const listed = parsed(nodesSchema, nodes) ?? []
  const local = localNode(rows) ?? listed[0]?.node
  const authority = local === undefined ? null : await readAuthority(client, local, signal)
  if (signal.aborted) return refused({ code: 'interrupted' })
  const certificate = client.server?.certificate ?? null
  const access = accessOf(permissions, major)
  const seesGuests = access.some(({ ability, granted }) => ability === 'read-guests' && granted !== 'no')
  return ok({
    product: 'Proxmox VE',
    version: version.data.version,
    node: local ?? '',
    clockSkewMillis,
    access,
    guests: seesGuests ? (parsed(resourcesSchema, guests)?.length ?? null) : null,
    cluster: clusterOf(rows, listed),
    authority,
    ...(certificate === null ? {} : { certificate }),
  })
}

function parsed<Schema extends z.ZodType>(schema: Schema, answer: Outcome<Answer>): z.output<Schema> | null {
  if (!answer.ok) return null
  const found = schema.safeParse(answer.value.data)
  return found.success ? found.data : null
}

/** The Date header tells whole seconds; less than that is no skew. */
const skewOf = ({ serverTime }: Answer, now: Millis): Millis | null => {
  if (serverTime === null) return null
  const skew = epochMillis(serverTime) - now
  return Math.abs(skew) < 2_000 ? 0 : skew
}

function accessOf(permissions: Outcome<Answer>, major: number): AccessFinding[] {
  if (!permissions.ok) return judgePrivileges({}, major).map((each) => unknownAccess(each, permissions.why))
  const found = permissionsSchema.safeParse(permissions.value.data)
  if (found.success) return judgePrivileges(found.data, major)
  const why = {
    code: 'malformed',
    what: 'answer',
    name: 'access/permissions',
    problem: 'not a list of rights',
  } as const
  return judgePrivileges({}, major).map((each) => unknownAccess(each, why))
}

const unknownAccess = (finding: AccessFinding, why: NonNullable<AccessFinding['why']>): AccessFinding => ({
  ...finding,
  granted: 'unknown',
  why,
})

const localNode = (rows: readonly StatusRow[]): string | undefined =>
  rows.find(({ type, local }) => type === 'node' && local)?.name ?? undefined

function clusterOf(rows: readonly StatusRow[], listed: z.output<typeof nodesSchema>): ClusterFacts {
  const cluster = rows.find(({ type }) => type === 'cluster')
  const nodes = listed
    .map(({ node, status, ssl_fingerprint }) => ({
      name: node,
      online: status === 'online',
      fingerprint: ssl_fingerprint ?? null,
    }))
    .sort((left, right) => left.name.localeCompare(right.name, 'en'))
  return { name: cluster?.name ?? null, nodes, quorate: isQuorate(rows) }
}

/** The certificate that signed the nodes' own; pinned, it outlives their renewals. */
async function readAuthority(
  client: ProxmoxClient,
  node: string,
  signal: AbortSignal,
): Promise<ClusterAuthority | null> {
  const answer = await client.get(['nodes', node, 'certificates', 'info'], {}, signal)
  const root = parsed(certificatesSchema, answer)?.find(({ filename }) => filename === 'pve-root-ca.pem')
  if (root?.pem === undefined) return null
  try {
    const certificate = new X509Certificate(root.pem)
    const { fingerprint256, subject } = certificate
    return { pem: certificate.toString(), fingerprint: fingerprint256, subject, validTo: endOf(certificate) }
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}
