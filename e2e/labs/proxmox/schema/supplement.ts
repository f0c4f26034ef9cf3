import type { ParameterSpec, RouteSpec } from './routes'

/**
 * Calls the published extract does not contain, although a client uses them. Parameters and rights are those of
 * Proxmox's source [code]; which of them pvedaemon answers is as recorded.
 */

const node: ParameterSpec = { type: 'string', format: 'pve-node' }
const vmid: ParameterSpec = { type: 'integer', format: 'pve-vmid', minimum: 100, maximum: 999999999 }
const timeframe: ParameterSpec = { type: 'string', enum: ['hour', 'day', 'week', 'month', 'year'] }
const cf: ParameterSpec = { type: 'string', enum: ['AVERAGE', 'MAX'], optional: 1 }

const audited = (path: string, privilege: string): NonNullable<RouteSpec['permissions']> => ({
  check: ['perm', path, [privilege]],
})
const onNode = (spec: Omit<RouteSpec, 'additionalProperties' | 'proxyto'>): RouteSpec => ({
  ...spec,
  proxyto: 'node',
  additionalProperties: 0,
})
const ofCluster = (spec: Omit<RouteSpec, 'additionalProperties'>): RouteSpec => ({ ...spec, additionalProperties: 0 })

export const supplementRoutes: Readonly<Record<string, RouteSpec>> = {
  'GET /': ofCluster({ permissions: { user: 'all' }, parameters: {} }),
  'GET /access/domains': ofCluster({ permissions: { user: 'world' }, parameters: {} }),
  'GET /cluster/options': ofCluster({ permissions: { user: 'all' }, parameters: {} }),
  'GET /cluster/config/nodes': ofCluster({ permissions: audited('/', 'Sys.Audit'), parameters: {} }),
  'GET /cluster/ha/resources': ofCluster({
    permissions: audited('/', 'Sys.Audit'),
    parameters: { type: { type: 'string', enum: ['ct', 'vm'], optional: 1 } },
  }),
  'GET /cluster/ha/status/current': ofCluster({ permissions: audited('/', 'Sys.Audit'), parameters: {} }),
  'GET /cluster/replication': ofCluster({ permissions: { user: 'all' }, parameters: {} }),
  'GET /nodes/{node}/replication': onNode({
    permissions: { user: 'all' },
    protected: 1,
    parameters: { node, guest: { ...vmid, optional: 1 } },
  }),
  'GET /nodes/{node}/rrddata': onNode({
    permissions: audited('/nodes/{node}', 'Sys.Audit'),
    protected: 1,
    parameters: { node, timeframe, cf },
  }),
  'GET /nodes/{node}/qemu/{vmid}/rrddata': onNode({
    permissions: audited('/vms/{vmid}', 'VM.Audit'),
    protected: 1,
    parameters: { node, vmid, timeframe, cf },
  }),
  'GET /nodes/{node}/lxc/{vmid}/rrddata': onNode({
    permissions: audited('/vms/{vmid}', 'VM.Audit'),
    protected: 1,
    parameters: { node, vmid, timeframe, cf },
  }),
  'GET /nodes/{node}/qemu/{vmid}/migrate': onNode({
    permissions: audited('/vms/{vmid}', 'VM.Migrate'),
    protected: 1,
    parameters: { node, vmid, target: { ...node, optional: 1 } },
  }),
  'PUT /nodes/{node}/qemu/{vmid}/resize': onNode({
    permissions: audited('/vms/{vmid}', 'VM.Config.Disk'),
    protected: 1,
    parameters: { node, vmid, disk: { type: 'string' }, size: { type: 'string' } },
  }),
  'GET /nodes/{node}/disks/lvmthin': onNode({
    permissions: audited('/', 'Sys.Audit'),
    protected: 1,
    parameters: { node },
  }),
  'GET /nodes/{node}/disks/lvm': onNode({
    permissions: audited('/', 'Sys.Audit'),
    protected: 1,
    parameters: { node },
  }),
  'GET /nodes/{node}/disks/zfs': onNode({
    permissions: audited('/', 'Sys.Audit'),
    protected: 1,
    parameters: { node },
  }),
  'GET /nodes/{node}/disks/directory': onNode({
    permissions: audited('/', 'Sys.Audit'),
    protected: 1,
    parameters: { node },
  }),
  'GET /nodes/{node}/certificates/info': onNode({ permissions: { user: 'all' }, parameters: { node } }),
}
