import { holds, nowSeconds } from '../cluster'
import { isUp, resourceRow, storageResourceRow } from '../guest-rows'
import type { Node } from '../state'
import type { Handler, HandlerContext } from './context'
import { optionalText } from './context'
import { taskSummary, visibleTasks } from './task-rows'

/** /cluster and /nodes: what one request tells about everything. Lists are filtered silently by rights. */

/** The recorded server's hardware. */
export const NODE_FIGURES = { maxcpu: 2, maxmem: 25_276_510_208, maxdisk: 270_553_174_016 }
const NODE_USE = { cpu: 0.240423387096774, mem: 1_485_557_760, disk: 39_688_028_160 }

function nodeRow(context: HandlerContext, node: Node): Record<string, unknown> {
  const { cluster, caller } = context
  const base = {
    id: `node/${node.name}`,
    node: node.name,
    type: 'node',
    status: isUp(node) ? 'online' : 'offline',
    level: '',
  }
  if (!holds(cluster, caller.authid, `/nodes/${node.name}`, 'Sys.Audit') || !isUp(node)) return base
  const uptime = nowSeconds(cluster) - Math.floor(node.bootMs / 1000)
  return { ...base, ...NODE_FIGURES, ...NODE_USE, uptime }
}

function resources(context: HandlerContext): unknown[] {
  const { cluster, caller } = context
  const { state } = cluster
  const type = optionalText(context, 'type')
  const wants = (...types: string[]): boolean => type === undefined || types.includes(type)
  const rows: unknown[] = []
  if (wants('vm')) {
    for (const guest of state.guests.values()) {
      if (!holds(cluster, caller.authid, `/vms/${guest.vmid}`, 'VM.Audit')) continue
      rows.push(resourceRow(cluster, guest, state.nodes.get(guest.node)))
    }
  }
  for (const node of state.nodes.values()) {
    if (!node.listed) continue
    if (wants('node')) rows.push({ ...nodeRow(context, node), ...(isUp(node) ? { 'cgroup-mode': 2 } : {}) })
    if (wants('storage')) {
      for (const storage of state.storages.values()) {
        if (!holds(cluster, caller.authid, `/storage/${storage.id}`, 'Datastore.Audit', 'Datastore.AllocateSpace'))
          continue
        rows.push(storageResourceRow(storage, node.name, cluster.chance.shuffled(storage.content).join(',')))
      }
    }
    if (wants('sdn') && holds(cluster, caller.authid, '/sdn/zones/localnetwork', 'SDN.Audit', 'SDN.Allocate')) {
      rows.push({
        id: `network/${node.name}/zone/localnetwork`,
        type: 'network',
        network: 'localnetwork',
        'network-type': 'zone',
        node: node.name,
        status: 'ok',
      })
    }
  }
  return cluster.chance.shuffled(rows)
}

function clusterStatus({ cluster }: HandlerContext): unknown[] {
  const { state } = cluster
  const listed = [...state.nodes.values()].filter((node) => node.listed)
  const single = state.clusterName === ''
  const rows: unknown[] = listed.map((node, index) => ({
    id: `node/${node.name}`,
    type: 'node',
    name: node.name,
    nodeid: single ? 0 : index + 1,
    ip: node.ip,
    level: '',
    local: node.reach === 'local' ? 1 : 0,
    online: isUp(node) ? 1 : 0,
  }))
  if (single) return rows
  const summary = {
    id: 'cluster',
    type: 'cluster',
    name: state.clusterName,
    version: 1,
    nodes: listed.length,
    quorate: state.quorate ? 1 : 0,
  }
  return [summary, ...rows]
}

/** Only the newest tasks are here: 25 on the recorded server. */
const RECENT_TASKS = 25

export const clusterHandlers: Readonly<Record<string, Handler>> = {
  'GET /': () => ({
    data: ['version', 'cluster', 'nodes', 'storage', 'access', 'pools'].map((subdir) => ({ subdir })),
  }),
  'GET /nodes': (context) => ({
    data: context.cluster.chance.shuffled(
      [...context.cluster.state.nodes.values()]
        .filter((node) => node.listed)
        .map((node) => ({ ...nodeRow(context, node), ssl_fingerprint: context.cluster.fingerprint })),
    ),
  }),
  'GET /cluster/status': (context) => ({ data: context.cluster.chance.shuffled(clusterStatus(context)) }),
  'GET /cluster/resources': (context) => ({ data: resources(context) }),
  'GET /cluster/options': ({ cluster }) => ({ data: cluster.state.options }),
  'GET /cluster/config/nodes': ({ cluster }) => ({
    data:
      cluster.state.clusterName === ''
        ? []
        : [...cluster.state.nodes.values()].map((node) => ({ name: node.name, node: node.name })),
  }),
  'GET /cluster/ha/resources': ({ cluster }) => ({
    data: [...cluster.state.guests.values()]
      .filter((guest) => guest.haManaged)
      .map((guest) => ({
        sid: `${guest.kind === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`,
        type: guest.kind === 'qemu' ? 'vm' : 'ct',
        state: 'started',
      })),
  }),
  'GET /cluster/ha/status/current': ({ cluster }) => {
    const node = [...cluster.state.nodes.values()][0]?.name ?? ''
    return {
      data: [
        { id: 'quorum', type: 'quorum', node, status: 'OK', quorate: cluster.state.quorate ? 1 : 0 },
        { id: 'fencing', type: 'fencing', node, status: 'standby (CRM watchdog standby)', 'armed-state': 'standby' },
      ],
    }
  },
  'GET /cluster/replication': () => ({ data: [] }),
  'GET /nodes/{node}/replication': () => ({ data: [] }),
  'GET /cluster/tasks': (context) => ({
    data: visibleTasks(context, undefined)
      .slice(0, RECENT_TASKS)
      .map((task) => taskSummary(task, 'cluster')),
  }),
}
