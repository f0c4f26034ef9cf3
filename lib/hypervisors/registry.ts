/** From a connection to its adapter. The only opener of sealed credentials: opened, they go to the adapter alone. */
import { z } from 'zod'
import { readConfig } from '@/lib/config'
import type { Connection, ConnectionAddress, ConnectionMode, HypervisorKind } from '@/lib/domain/connection'
import type { ConnectionId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { readKeyFile } from '@/lib/secrets/key-file'
import { type InstanceKey, seal, unseal } from '@/lib/secrets/seal'
import type { Db } from '@/lib/store/client'
import { findConnection } from '@/lib/store/connections'
import { readSecret, readServers, type SealedSecret, saveSecret, saveServers } from '@/lib/store/credentials'
import type { Tx } from '@/lib/store/tx'
import type { LibvirtCredentials, ProxmoxAccess } from './credentials'
import { systemClock } from './fake/clock'
import { openDemoConnection } from './fake/demo'
import { openLibvirtHypervisor } from './libvirt/adapter'
import type { Hypervisor } from './port'
import { openProxmoxHypervisor } from './proxmox/adapter'

/** What a connection opens with: how it is sealed follows from the kind of its address. */
export type Credentials = LibvirtCredentials | ProxmoxAccess

let keyOfProcess: InstanceKey | null = null

/** The key of this installation, read once. Throws in words for the operator when the file is unusable. */
function instanceKey(): InstanceKey {
  keyOfProcess ??= readKeyFile(readConfig().keyFile)
  return keyOfProcess
}

/** Seals the credentials of a connection and stores them in the caller's transaction. Nothing to seal stores nothing. */
export async function keepCredentials(
  tx: Tx,
  connectionId: ConnectionId,
  credentials: Credentials,
  key: () => InstanceKey = instanceKey,
): Promise<void> {
  await saveSecret(tx, connectionId, seal(key(), connectionId, JSON.stringify(credentials)))
}

/** The record that addresses of further servers are sealed for: credentials put in their place open nothing. */
const serversRecord = (connectionId: ConnectionId): string => `servers:${connectionId}`

/** Seals the addresses a trusted server told of further ones and stores them: after a restart they can be used at once. */
export async function keepServers(
  db: Db,
  connectionId: ConnectionId,
  servers: readonly string[],
  key: () => InstanceKey = instanceKey,
): Promise<void> {
  await saveServers(db, connectionId, seal(key(), serversRecord(connectionId), JSON.stringify(servers)))
}

/** Whether the adapter of such a connection can change anything, given a connection that may be operated. */
export const canOperate = ({ kind, demo }: { kind: HypervisorKind; demo: boolean }): boolean =>
  demo || kind === 'libvirt' || kind === 'proxmox'

/** Opens a saved connection. Nothing is asked of the hypervisor yet. */
export async function openConnection(
  db: Db,
  connectionId: ConnectionId,
  key: () => InstanceKey = instanceKey,
): Promise<Outcome<Hypervisor>> {
  const connection = await findConnection(db, connectionId)
  if (connection === null) return refused({ code: 'missing', what: 'connection', name: connectionId })
  if (connection.demo) return openDemo(connection)
  const secret = await readSecret(db, connectionId)
  if (secret === null) return openUnsaved(connection.address, {}, connection.mode)
  const opened = unsealWith(key, connectionId, secret)
  if (!opened.ok) return opened
  if (connection.address.kind === 'proxmox') {
    const access = proxmoxSchema.parse(JSON.parse(opened.value))
    const servers = await serversKept(db, connectionId, key)
    return ok(openProxmoxHypervisor(access, { mode: connection.mode, servers }))
  }
  return openUnsaved(connection.address, credentialsSchema.parse(JSON.parse(opened.value)), connection.mode)
}

/** Addresses kept earlier. Those that do not open, as after the key was lost, are told anew by the next reading. */
async function serversKept(db: Db, connectionId: ConnectionId, key: () => InstanceKey): Promise<string[]> {
  const kept = await readServers(db, connectionId)
  if (kept === null) return []
  const opened = unsealWith(key, serversRecord(connectionId), kept)
  return opened.ok ? serversSchema.parse(JSON.parse(opened.value)) : []
}

/** A key file that is gone or unusable keeps us out like a wrong key does; the operator's words go to the log. */
function unsealWith(key: () => InstanceKey, recordId: string, secret: SealedSecret): Outcome<string> {
  let usable: InstanceKey
  try {
    usable = key()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return refused({ code: 'unlock-failed' }, { source: 'instance key', code: null, text })
  }
  return unseal(usable, recordId, secret)
}

/** Opens a connection that is not saved yet, to test it. */
export async function openUnsaved(
  address: ConnectionAddress,
  credentials: Credentials,
  mode: ConnectionMode,
): Promise<Outcome<Hypervisor>> {
  switch (address.kind) {
    case 'libvirt':
      if ('login' in credentials) return refused({ code: 'secret-needed' })
      return ok(
        openLibvirtHypervisor({ uri: address.uri, cleartextAccepted: address.cleartextAccepted, mode }, credentials),
      )
    case 'proxmox':
      return 'login' in credentials
        ? ok(openProxmoxHypervisor(credentials, { mode }))
        : refused({ code: 'secret-needed' })
    case 'vsphere':
      return unsupportedKind(address)
  }
}

/** The fake fleet goes on living from when it was added. Only a connection marked `demo` ever gets here. */
function openDemo({ name, address, createdAt, mode }: Connection): Outcome<Hypervisor> {
  const hypervisor = openDemoConnection(address, createdAt, systemClock, { operate: mode === 'operate' })
  return hypervisor === null ? refused({ code: 'missing', what: 'connection', name }) : ok(hypervisor)
}

/** A kind whose adapter is not part of this release. */
const unsupportedKind = (address: ConnectionAddress): Outcome<Hypervisor> =>
  refused({ code: 'address-invalid', problem: 'scheme', part: address.kind })

const credentialsSchema: z.ZodType<LibvirtCredentials> = z
  .object({
    sshPrivateKey: z.string(),
    sshKnownHosts: z.string(),
    tlsCa: z.string(),
    tlsCertificate: z.string(),
    tlsKey: z.string(),
    tlsFingerprint: z.string(),
    username: z.string(),
    password: z.string(),
  })
  .partial()
  .transform(withoutAbsent)

const serversSchema = z.array(z.string())

const proxmoxSchema: z.ZodType<ProxmoxAccess> = z.object({
  urls: z.array(z.string()).min(1),
  ca: z.string().nullable(),
  fingerprints: z.array(z.string()),
  login: z.discriminatedUnion('method', [
    z.object({ method: z.literal('token'), tokenId: z.string(), tokenSecret: z.string() }),
    z
      .object({
        method: z.literal('password'),
        username: z.string(),
        realm: z.string(),
        password: z.string(),
        totpKey: z.string().optional(),
      })
      .transform(({ totpKey, ...login }) => (totpKey === undefined ? login : { ...login, totpKey })),
  ]),
})

/** An absent key stays absent: zod writes undefined where the type has nothing. */
function withoutAbsent(parsed: { [Key in keyof LibvirtCredentials]?: string | undefined }): LibvirtCredentials {
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined))
}
