/** What our access allows, found by trying. Every call here leaves the host as it is. */
import type { AccessFinding, Probe } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok } from '@/lib/domain/result'
import type { Host } from './connect'
import { reasonOf, refusedBy } from './errors'
import { isLibvirtError } from './rpc/errors'
import { storageProcedures } from './rpc/procedures/storage'
import type { DomainRef } from './rpc/types'

type Granted = Pick<AccessFinding, 'granted' | 'why'>

const YES: Granted = { granted: 'yes' }
const UNKNOWN: Granted = { granted: 'unknown' }

const CHANGES = ['take-snapshot', 'roll-back', 'delete-snapshot', 'power'] as const

/** Of the nil UUID (RFC 9562): no domain has it, so nothing can happen to one. */
const NO_DOMAIN: DomainRef = { name: 'none', uuid: '00000000-0000-0000-0000-000000000000', id: -1 }

export type ProbeRequest = { readOnly: boolean; address: string; signal: AbortSignal }

/** Tries everything a collection needs. Refused when the connection ended meanwhile. */
export async function probeHost(host: Host, request: ProbeRequest): Promise<Outcome<Probe>> {
  const { client } = host
  const { address, signal, readOnly } = request
  const domains = await tryTo(address, () => client.domains.list(0, { signal }))
  const access: AccessFinding[] = [
    { ability: 'read-guests', ...(domains.ok ? YES : { granted: 'no', why: domains.why }) },
    { ability: 'read-snapshots', ...(await readsSnapshots(host, domains.ok ? domains.value[0] : undefined, request)) },
    { ability: 'read-storage', ...grantedBy(await tryTo(address, () => client.storage.listPools(0, { signal }))) },
    { ability: 'read-volumes', ...(await readsVolumes(host, request)) },
    { ability: 'watch-events', ...(await watchesEvents(host, request)) },
  ]
  const changes: Granted = readOnly ? { granted: 'no', why: { code: 'observe-only' } } : await mayChange(host, request)
  for (const ability of CHANGES) access.push({ ability, ...changes })
  const { end } = client.connection
  if (end !== null) return refusedBy(end, address)
  return ok({
    product: host.driver === 'QEMU' ? 'libvirt' : `libvirt (${host.driver})`,
    version: host.versionText,
    node: host.node,
    clockSkewMillis: null, // libvirt does not tell the host's time
    access,
    guests: domains.ok ? domains.value.length : null,
  })
}

type Tried<T> = { ok: true; value: T } | { ok: false; why: Reason }

async function tryTo<T>(address: string, ask: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await ask() }
  } catch (error) {
    return { ok: false, why: reasonOf(error, address) }
  }
}

const grantedBy = (tried: Tried<unknown>): Granted => (tried.ok ? YES : { granted: 'no', why: tried.why })

/** Without a guest there is nothing to try it on. */
async function readsSnapshots(host: Host, domain: DomainRef | undefined, { address, signal }: ProbeRequest) {
  if (domain === undefined) return UNKNOWN
  return grantedBy(await tryTo(address, () => host.client.snapshots.count(domain, { signal })))
}

/** Looking into an image: what finds snapshots nobody lists. libvirt counts it as a change, so observers may not. */
async function readsVolumes({ client }: Host, { address, signal }: ProbeRequest): Promise<Granted> {
  const tried = await tryTo(address, async () => {
    for (const pool of await client.storage.listPools(0, { signal })) {
      if ((await client.storage.readPoolInfo(pool, { signal })).state === 0) continue
      const volume = (await client.storage.listVolumes(pool, { signal }))[0]
      if (volume === undefined) continue
      const args = { volume, offset: 0n, length: 1n, flags: 0 }
      const stream = await client.connection.openStream(storageProcedures.volumeDownload, args, { signal })
      let bytes = 0
      for await (const piece of stream) bytes += Number(piece.kind === 'data' ? piece.bytes.length : piece.bytes)
      return bytes > 0
    }
    return false
  })
  return tried.ok && !tried.value ? UNKNOWN : grantedBy(tried)
}

async function watchesEvents({ client }: Host, { address, signal }: ProbeRequest): Promise<Granted> {
  const tried = await tryTo(address, async () => {
    const subscription = await client.listen(['lifecycle'], () => undefined, { signal })
    subscription.close()
    return subscription.refused.length === 0
  })
  return tried.ok && !tried.value ? { granted: 'no', why: { code: 'not-told', by: 'libvirt' } } : grantedBy(tried)
}

/**
 * Whether libvirt takes changes from us at all. It refuses by access before it looks for the domain, so asking for one
 * that does not exist tells. Rules per guest (polkit's fine-grained actions) show only when a guest is really changed.
 */
async function mayChange({ client }: Host, { address, signal }: ProbeRequest): Promise<Granted> {
  try {
    await client.snapshots.create(NO_DOMAIN, '<domainsnapshot/>', 0, { signal })
    return UNKNOWN
  } catch (error) {
    return isLibvirtError(error, 'noDomain') ? YES : { granted: 'no', why: reasonOf(error, address) }
  }
}
