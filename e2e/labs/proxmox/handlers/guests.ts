import { badParameters, Refusal } from '../answer'
import {
  copyConfig,
  demand,
  digestOf,
  failWhenLocked,
  guestOn,
  holds,
  lockOf,
  nowSeconds,
  underFileLock,
  unwritable,
} from '../cluster'
import { bytesOfSize, disksOf, formatOf, volumeOf } from '../disks'
import { lxcRow, qemuRow, qemuStatus, snapshotFeature } from '../guest-rows'
import { askHa, startGuest, stopWorker } from '../power'
import type { Guest, GuestConfig, GuestKind } from '../state'
import { TaskFailure, type Worker } from '../tasks'
import { flag, forked, guestOf, type Handler, type HandlerContext, optionalText, text } from './context'

/** Guests: lists, configuration, status, power, disks. */

function visibleGuests(context: HandlerContext, kind: GuestKind): Guest[] {
  const { cluster, caller } = context
  return cluster.chance
    .shuffled([...cluster.state.guests.values()])
    .filter((guest) => guest.kind === kind && guest.node === text(context, 'node'))
    .filter((guest) => holds(cluster, caller.authid, `/vms/${guest.vmid}`, 'VM.Audit'))
}

/** The live configuration, or a snapshot's, with the file's digest. */
function configAnswer(context: HandlerContext, kind: GuestKind): GuestConfig {
  const guest = guestOf(context, kind)
  const name = optionalText(context, 'snapshot')
  if (name === undefined) return { ...copyConfig(guest.config), digest: digestOf(guest) }
  const snapshot = guest.snapshots.get(name)
  if (snapshot === undefined) throw new Refusal(500, `snapshot '${name}' does not exist\n`)
  return { ...copyConfig(snapshot.config), digest: digestOf(guest) }
}

/** Who writes what is done without a task. */
const PVEDAEMON_PID = 1_042

/** PUT and POST config: tags, description, protection, a lock removed by root's ticket, a new disk. */
function changeConfig(context: HandlerContext, guest: Guest): void {
  const { caller, parameters } = context
  if (parameters.skiplock === 1 && caller.authid !== 'root@pam') {
    throw badParameters({ skiplock: 'Only root may use this option.' })
  }
  if (guest.fileLock !== undefined) {
    const path = guest.kind === 'qemu' ? `qemu-server/lock-${guest.vmid}.conf` : `lxc/pve-config-${guest.vmid}.lock`
    throw new Refusal(500, `can't lock file '/var/lock/${path}' - got timeout\n`)
  }
  const lock = lockOf(guest)
  if (lock !== undefined && parameters.skiplock !== 1) {
    throw new Refusal(500, `${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${lock})\n`)
  }
  if (parameters.digest !== undefined && parameters.digest !== digestOf(guest)) {
    throw new Refusal(500, 'detected modified configuration - file changed by other user? Try again.\n')
  }
  const readOnly = unwritable(context.cluster, guest, PVEDAEMON_PID)
  if (readOnly !== null) throw new Refusal(500, `${readOnly}\n`)
  for (const key of String(parameters.delete ?? '').split(/[,;\s]+/)) if (key !== '') delete guest.config[key]
  const plain = ['tags', 'description', 'protection', 'name', 'hostname', 'cores', 'memory', 'onboot', 'agent']
  for (const key of plain) {
    const value = parameters[key]
    if (value !== undefined) guest.config[key] = value
  }
}

/** `scsi2=dir1:0.03125,format=raw`: allocates GiB on a storage. */
function addDisks(context: HandlerContext, guest: Guest, given: Readonly<Record<string, string>>): void {
  const { cluster } = context
  for (const [key, value] of Object.entries(given)) {
    const match = /^([\w.-]+):(\d+(?:\.\d+)?)(?:,format=(\w+))?$/.exec(value)
    if (match === null) continue
    const [, storage = '', gibibytes = '0', format = 'raw'] = match
    const size = Math.round(Number(gibibytes) * 1024 ** 3)
    const volid = freeVolume(cluster.state.volumes, storage, guest.vmid, format)
    const now = nowSeconds(cluster)
    cluster.state.volumes.set(volid, {
      volid,
      storage,
      content: 'images',
      format,
      vmid: guest.vmid,
      size,
      used: 4096,
      ctime: now,
      snapshots: [],
    })
    guest.config[key] = `${volid},size=${Math.round(size / 1024 ** 2)}M`
  }
}

function freeVolume(volumes: ReadonlyMap<string, unknown>, storage: string, vmid: number, format: string): string {
  for (let index = 0; index < 100; index++) {
    const taken = ['qcow2', 'raw'].some((each) => volumes.has(`${storage}:${vmid}/vm-${vmid}-disk-${index}.${each}`))
    if (!taken) return `${storage}:${vmid}/vm-${vmid}-disk-${index}.${format}`
  }
  throw new Error('a hundred disks')
}

function resizeWorker(context: HandlerContext, guest: Guest): Worker {
  const { cluster } = context
  return function* work(tools) {
    yield* underFileLock(guest, tools, function* resize() {
      failWhenLocked(guest)
      yield 150
      const disk = disksOf(guest.config).find((each) => each.key === text(context, 'disk'))
      const volume = disk === undefined ? undefined : volumeOf(cluster, disk.volid)
      if (disk === undefined || volume === undefined)
        throw new TaskFailure(`disk '${text(context, 'disk')}' does not exist`)
      const wanted = text(context, 'size')
      const size = wanted.startsWith('+') ? volume.size + bytesOfSize(wanted.slice(1)) : bytesOfSize(wanted)
      volume.size = size
      guest.config[disk.key] = String(guest.config[disk.key]).replace(/size=[^,]+/, `size=${size / 1024 ** 2}M`)
      if (formatOf(disk.volid) === 'qcow2') tools.log('Image resized.')
    })
  }
}

function destroyWorker(context: HandlerContext, guest: Guest): Worker {
  const { state } = context.cluster
  return function* work(tools) {
    yield* underFileLock(guest, tools, function* destroy() {
      failWhenLocked(guest)
      if (guest.runningSinceMs !== undefined) throw new TaskFailure(`VM ${guest.vmid} is running - destroy failed`)
      yield 200
      for (const volume of [...state.volumes.values()])
        if (volume.vmid === guest.vmid && volume.content !== 'backup') state.volumes.delete(volume.volid)
      state.guests.delete(guest.vmid)
    })
  }
}

function migrationPreconditions(context: HandlerContext): Record<string, unknown> {
  const guest = guestOf(context, 'qemu')
  const inSnapshots = (key: string, volid: string): Record<string, number> =>
    Object.fromEntries(
      [...guest.snapshots]
        .filter(([, snapshot]) => String(snapshot.config[key] ?? '').split(',')[0] === volid)
        .map(([name]) => [name, 1]),
    )
  const none = { cdrom: 0, is_cloudinit: 0, is_tpmstate: 0, is_unused: 0, replicate: 1, shared: 0 }
  const states = [...guest.snapshots].filter(([, snapshot]) => snapshot.config.vmstate !== undefined)
  return {
    running: guest.runningSinceMs === undefined ? 0 : 1,
    allowed_nodes: [],
    not_allowed_nodes: {},
    local_resources: [],
    'mapped-resources': [],
    'mapped-resource-info': {},
    'has-dbus-vmstate': 1,
    local_disks: [
      ...states.map(([name, snapshot]) => ({
        ...none,
        volid: snapshot.config.vmstate,
        is_attached: 0,
        is_vmstate: 1,
        referenced_in_snapshot: { [name]: 1 },
      })),
      ...disksOf(guest.config).map((disk) => ({
        ...none,
        volid: disk.volid,
        drivename: disk.key,
        size: volumeOf(context.cluster, disk.volid)?.size ?? 0,
        is_attached: 1,
        is_vmstate: 0,
        referenced_in_snapshot: inSnapshots(disk.key, disk.volid),
      })),
    ],
  }
}

function commonHandlers(kind: GuestKind): Record<string, Handler> {
  const base = `/nodes/{node}/${kind}/{vmid}`
  const prefix = kind === 'qemu' ? 'qm' : 'vz'
  return {
    [`GET ${base}/config`]: (context) => ({ data: configAnswer(context, kind) }),
    [`PUT ${base}/config`]: (context) => {
      changeConfig(context, guestOf(context, kind))
      return { data: null }
    },
    [`GET ${base}/pending`]: (context) => ({
      data: Object.entries(configAnswer(context, kind)).map(([key, value]) => ({ key, value })),
    }),
    [`GET ${base}/feature`]: (context) => ({ data: snapshotFeature(context.cluster, guestOf(context, kind)) }),
    [`DELETE ${base}`]: (context) => {
      const guest = guestOf(context, kind)
      if (guest.config.protection === 1) {
        throw new Refusal(
          500,
          `can't remove ${kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid} - protection mode enabled\n`,
        )
      }
      return forked(context, `${prefix}destroy`, String(guest.vmid), destroyWorker(context, guest))
    },
    [`POST ${base}/status/start`]: (context) => {
      const guest = guestOf(context, kind)
      const { cluster, caller } = context
      if (guest.haManaged) return { data: askHa(cluster, guest, 'started', caller.authid) }
      return { data: startGuest(cluster, guest, caller.authid) }
    },
    [`POST ${base}/status/stop`]: (context) => {
      const guest = guestOf(context, kind)
      if (guest.haManaged) return { data: askHa(context.cluster, guest, 'stopped', context.caller.authid) }
      return forked(context, `${prefix}stop`, String(guest.vmid), stopWorker(context.cluster, guest, { afterMs: 50 }))
    },
    [`POST ${base}/status/shutdown`]: (context) => {
      const guest = guestOf(context, kind)
      if (guest.haManaged) return { data: askHa(context.cluster, guest, 'stopped', context.caller.authid) }
      const timeout = Number(context.parameters.timeout ?? 60) * 1000
      const obeys = kind === 'lxc' || guest.agentRuns
      if (!obeys && !flag(context, 'forceStop')) {
        return forked(context, `${prefix}shutdown`, String(guest.vmid), function* work() {
          yield timeout
          throw new TaskFailure('VM quit/powerdown failed - got timeout')
        })
      }
      const how = obeys
        ? { afterMs: 500 }
        : { afterMs: timeout, log: 'VM still running - terminating now with SIGTERM' }
      return forked(context, `${prefix}shutdown`, String(guest.vmid), stopWorker(context.cluster, guest, how))
    },
  }
}

export const guestHandlers: Readonly<Record<string, Handler>> = {
  ...commonHandlers('qemu'),
  ...commonHandlers('lxc'),
  'GET /nodes/{node}/qemu': (context) => ({
    data: visibleGuests(context, 'qemu').map((guest) => qemuRow(context.cluster, guest, flag(context, 'full'))),
  }),
  'GET /nodes/{node}/lxc': (context) => ({
    data: visibleGuests(context, 'lxc').map((guest) => lxcRow(context.cluster, guest)),
  }),
  'GET /nodes/{node}/qemu/{vmid}': () => ({
    data: (
      'config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor agent snapshot ' +
      'spiceproxy sendkey firewall mtunnel remote_migrate'
    )
      .split(' ')
      .map((subdir) => ({ subdir })),
  }),
  'GET /nodes/{node}/qemu/{vmid}/status/current': (context) => ({
    data: qemuStatus(context.cluster, guestOf(context, 'qemu')),
  }),
  'GET /nodes/{node}/lxc/{vmid}/status/current': (context) => {
    const guest = guestOf(context, 'lxc')
    return { data: { ...lxcRow(context.cluster, guest), ha: { managed: guest.haManaged ? 1 : 0 } } }
  },
  'POST /nodes/{node}/qemu/{vmid}/config': (context) => {
    const guest = guestOf(context, 'qemu')
    const disks = Object.entries(context.parameters).filter(([key]) => /^(scsi|virtio|sata|ide)\d+$/.test(key))
    return forked(context, 'qmconfig', String(guest.vmid), function* work() {
      failWhenLocked(guest)
      yield 100
      addDisks(context, guest, Object.fromEntries(disks.map(([key, value]) => [key, String(value)])))
    })
  },
  'PUT /nodes/{node}/qemu/{vmid}/resize': (context) => {
    const guest = guestOf(context, 'qemu')
    return forked(context, 'resize', String(guest.vmid), resizeWorker(context, guest))
  },
  'GET /nodes/{node}/qemu/{vmid}/migrate': (context) => {
    demand(context.cluster, context.caller.authid, `/vms/${text(context, 'vmid')}`, 'VM.Migrate')
    guestOn(context.cluster, text(context, 'node'), 'qemu', Number(context.parameters.vmid))
    return { data: migrationPreconditions(context) }
  },
}
