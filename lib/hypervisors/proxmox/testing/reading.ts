/** A cluster in memory, read by the collector without a wire: for tests of what is read, thousands of times. */

import type { CollectedGuest, Collection, Scope } from '@/lib/domain/inventory'
import { instantAt } from '@/lib/domain/units'
import { type ManualClock, manualClock } from '../../../../e2e/labs/proxmox/clock'
import type { Cluster } from '../../../../e2e/labs/proxmox/cluster'
import { handle } from '../../../../e2e/labs/proxmox/handle'
import { RECORDING_STARTED, recordedServer } from '../../../../e2e/labs/proxmox/inventory'
import { seededChance } from '../../../../e2e/labs/proxmox/random'
import type { ProxmoxClient } from '../client'
import { Collector } from '../collect/collector'
import { refusedAnswer, refusedBody } from '../errors'
import { encodeParameters, encodePath, nodeOf } from '../path'

export const SURVEYED = (RECORDING_STARTED + 3_600) * 1000

export type Reading = {
  cluster: Cluster
  clock: ManualClock
  /** what was asked, in order: `GET /nodes/pve1/qemu` */
  asked: string[]
  token: string
  client: Pick<ProxmoxClient, 'get'>
  collector: Collector
  collect(scope?: Scope, thorough?: boolean): Promise<Collection>
  /** another collector on the same cluster, as after a restart */
  restart(): void
}

/** Secrets as in the lab's README. */
const SECRETS: Record<string, number> = {
  'root@pam!lab': 1,
  'root@pam!noacl': 2,
  'snap@pve!ci': 3,
  'snap@pve!sep': 4,
  'audit@pve!ro': 6,
  'none@pve!none': 7,
}

/** Reads the recorded server, or the cluster that `build` makes. */
export function startReading(
  build: (options: { clock: ManualClock; chance: ReturnType<typeof seededChance> }) => Cluster = recordedServer,
): Reading {
  const clock = manualClock(SURVEYED)
  const cluster = build({ clock, chance: seededChance(7) })
  cluster.pace = 0
  const asked: string[] = []
  const reading: Reading = {
    cluster,
    clock,
    asked,
    token: 'root@pam!lab',
    client: open(),
    collector: collect(),
    collect: (scope = { whole: true }, thorough = false) =>
      reading.collector.collect({ scope, thorough, onProgress: () => undefined, signal: new AbortController().signal }),
    restart: () => {
      reading.collector = collect()
    },
  }
  function collect(): Collector {
    return new Collector({ client: open(), now: () => instantAt(clock.now()) })
  }
  function open(): Pick<ProxmoxClient, 'get'> {
    return {
      get: async (path, query) => {
        const encoded = encodePath(path)
        if (!encoded.ok) return encoded
        const parameters = encodeParameters(query)
        const target = parameters === '' ? encoded.value : `${encoded.value}?${parameters}`
        asked.push(target.replace('/api2/json', ''))
        return answerOf(cluster, target, reading.token, nodeOf(path), clock)
      },
    }
  }
  return reading
}

function answerOf(cluster: Cluster, target: string, token: string, node: string | null, clock: ManualClock) {
  const faults = cluster.faults.takeWireFaults('GET', target.replace('/api2/json', ''))
  const forced = faults.find((fault) => fault.kind === 'status')
  const secret = `00000000-0000-4000-8000-00000000000${SECRETS[token]}`
  const answer =
    forced?.kind === 'status'
      ? {
          status: forced.status,
          reason: forced.reason,
          body: forced.body,
          contentType: 'application/json;charset=UTF-8',
        }
      : handle(cluster, {
          method: 'GET',
          target,
          headers: { authorization: `PVEAPIToken=${token}=${secret}` },
          body: '',
        })
  let body = answer.body ?? ''
  if (faults.some(({ kind }) => kind === 'truncated-json')) body = body.slice(0, Math.ceil(body.length / 2))
  if (faults.some(({ kind }) => kind === 'numbers-as-strings')) {
    body = JSON.stringify(JSON.parse(body), (_, value: unknown) => (typeof value === 'number' ? String(value) : value))
  }
  const bad = { status: answer.status, reason: answer.reason, body, contentType: answer.contentType ?? '' }
  if (faults.some(({ kind }) => kind === 'hang'))
    return { ok: false as const, why: { code: 'hung', silentForMillis: 8000 } as const }
  if (answer.status !== 200) return refusedAnswer(bad, { address: 'lab', node, method: 'token' })
  try {
    const { data, total } = JSON.parse(body) as { data: unknown; total?: number }
    return { ok: true as const, value: { data, total: total ?? null, serverTime: instantAt(clock.now()) } }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refusedBody(bad)
  }
}

/** The guest with this vmid; throws when it is not in the reading. */
export function guestOf(collection: Collection, vmid: string): CollectedGuest {
  if (collection.guests.status === 'unread') throw new Error(`no guests: ${JSON.stringify(collection.guests.reason)}`)
  const found = collection.guests.value.find(({ facts }) => facts.nativeId === vmid)
  if (found === undefined) throw new Error(`guest ${vmid} is not in the reading`)
  return found
}

/** Does something on the cluster with root's token, and lets what it starts come to its end. Throws when it is refused. */
export function act(
  reading: Reading,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  parameters: Record<string, string>,
): unknown {
  const { cluster, clock } = reading
  const query = new URLSearchParams(parameters).toString()
  const answer = handle(cluster, {
    method,
    target: `/api2/json${path}${query === '' ? '' : `?${query}`}`,
    headers: {
      authorization: `PVEAPIToken=root@pam!lab=00000000-0000-4000-8000-00000000000${SECRETS['root@pam!lab']}`,
    },
    body: '',
  })
  // A snapshot's time is in whole seconds.
  clock.advance(20_000)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.reason}`)
  return (JSON.parse(answer.body ?? '') as { data: unknown }).data
}

/** The task a UPID names, ended by now. */
export function taskOf(reading: Reading, upid: unknown): { exitstatus: string } {
  const { exitstatus } = reading.cluster.tasks.find(String(upid)) ?? {}
  if (exitstatus === undefined) throw new Error(`the task has not ended: ${String(upid)}`)
  return { exitstatus }
}
