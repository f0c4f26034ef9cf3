/** A Proxmox VE laboratory for tests of this folder, in a hurry: what a real server does in seconds takes it milliseconds. */
import { makeNodeCertificate, type NodeCertificate } from '../../../../e2e/labs/proxmox/certificate'
import type { Clock } from '../../../../e2e/labs/proxmox/clock'
import type { Cluster } from '../../../../e2e/labs/proxmox/cluster'
import { recordedServer } from '../../../../e2e/labs/proxmox/inventory'
import { seededChance } from '../../../../e2e/labs/proxmox/random'
import { type ProxmoxLab, startProxmoxLab } from '../../../../e2e/labs/proxmox/server'
import type { ProxmoxCredentials } from '../../credentials'
import { type ClientOptions, createProxmoxClient, type ProxmoxClient } from '../client'
import type { CommandPatience } from '../commands/patience'
import { plainFingerprint } from '../trust'

const HASTE = 100

/** What the commands wait for, in the same hurry. */
export const HASTY: CommandPatience = {
  poll: { first: 2, longest: 8 },
  log: 4,
  begins: 500,
  fileLock: 10_000,
  slept: 5_000,
  settle: 100,
  keptOut: 100,
  ha: 60_000,
}

/** The lab's secrets, in the order of its README. */
export const tokenOf = (name: 'root@pam!lab' | 'root@pam!noacl' | 'snap@pve!ci' | 'audit@pve!ro' | 'none@pve!none') =>
  ({
    method: 'token',
    tokenId: name,
    tokenSecret: `00000000-0000-4000-8000-00000000000${SECRETS[name]}`,
  }) as const satisfies ProxmoxCredentials
const SECRETS = { 'root@pam!lab': 1, 'root@pam!noacl': 2, 'snap@pve!ci': 3, 'audit@pve!ro': 6, 'none@pve!none': 7 }

/** Now, and what comes after; `skip` lets time pass for server and client at once. */
export type HastyClock = Clock & { skip(ms: number): void }

function hastyClock(): HastyClock {
  let skipped = 0
  return {
    now: () => Date.now() + skipped,
    after: (delayMs, action) => void setTimeout(action, delayMs / HASTE).unref(),
    skip: (ms) => {
      skipped += ms
    },
  }
}

export type TestLab = {
  lab: ProxmoxLab
  cluster: Cluster
  clock: HastyClock
  certificate: NodeCertificate
  /** A client of it that trusts its authority; closed with the lab. */
  client(options?: Partial<ClientOptions>): ProxmoxClient
  close(): Promise<void>
}

/** Starts the recorded server, or the cluster that `build` makes. */
export async function startTestLab(
  build: (options: { clock: Clock; chance: ReturnType<typeof seededChance> }) => Cluster = recordedServer,
  connections: 'recorded' | 'kept' = 'recorded',
): Promise<TestLab> {
  const clock = hastyClock()
  const certificate = certificateOfTests()
  const cluster = build({ clock, chance: seededChance(1) })
  cluster.pace = 0
  const lab = await startProxmoxLab({ cluster, certificate, connections })
  const clients: ProxmoxClient[] = []
  return {
    lab,
    cluster,
    clock,
    certificate,
    client(options = {}) {
      const client = createProxmoxClient({
        origins: [lab.url],
        pins: { ca: null, fingerprints: [plainFingerprint(lab.fingerprint)] },
        credentials: tokenOf('root@pam!lab'),
        now: clock.now,
        ...options,
      })
      clients.push(client)
      return client
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await lab.close()
    },
  }
}

let made: NodeCertificate | null = null
/** openssl takes a while; one certificate serves a whole file of tests. */
function certificateOfTests(): NodeCertificate {
  made ??= makeNodeCertificate('pve1', ['127.0.0.1'])
  return made
}
