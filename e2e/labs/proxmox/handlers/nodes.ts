import { X509Certificate } from 'node:crypto'
import { badParameters, Refusal } from '../answer'
import { nowSeconds } from '../cluster'
import { guestRrd, nodeRrd, storageRrd } from '../history'
import { NODE_FIGURES } from './cluster-wide'
import { guestOf, type Handler, type HandlerContext, optionalText, text } from './context'
import { includedVolumes } from './storages'

/** One node: status, history, disks, certificates; and the cluster's backup jobs. */

function nodeStatus({ cluster, parameters }: HandlerContext): Record<string, unknown> {
  const node = cluster.state.nodes.get(String(parameters.node))
  const kernel = '6.18.44-1-pve'
  return {
    uptime: nowSeconds(cluster) - Math.floor((node?.bootMs ?? 0) / 1000),
    cpu: 0,
    idle: 0,
    wait: 0,
    loadavg: ['0.78', '1.34', '1.62'],
    kversion: `Linux ${kernel} #1 SMP PREEMPT_DYNAMIC @0`,
    pveversion: `pve-manager/${cluster.state.release.version}/${cluster.state.release.repoid}`,
    'boot-info': { mode: 'legacy-bios' },
    'current-kernel': { sysname: 'Linux', machine: 'x86_64', release: kernel, version: '#1 SMP PREEMPT_DYNAMIC @0' },
    cpuinfo: {
      model: 'AMD EPYC',
      vendor: 'AuthenticAMD',
      family: '25',
      cores: 2,
      cpus: NODE_FIGURES.maxcpu,
      sockets: 1,
      mhz: '2596.146',
      user_hz: 100,
      hvm: '',
      flags: 'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2',
    },
    ksm: { shared: 0 },
    memory: { total: NODE_FIGURES.maxmem, used: 1_528_008_704, free: 21_948_284_928, available: 23_748_501_504 },
    swap: { total: 0, used: 0, free: 0 },
    rootfs: { total: NODE_FIGURES.maxdisk, used: 39_688_142_848, free: 230_865_031_168, avail: 69_256_151_040 },
  }
}

function certificateRow(filename: string, pem: string): Record<string, unknown> {
  const parsed = new X509Certificate(pem)
  const oneLine = (name: string): string => `/${name.split('\n').join('/')}`
  const names = (parsed.subjectAltName ?? '').split(', ').filter((each) => each !== '')
  return {
    filename,
    pem,
    fingerprint: parsed.fingerprint256,
    subject: oneLine(parsed.subject),
    issuer: oneLine(parsed.issuer),
    san: names.map((each) => each.replace(/^(DNS|IP Address):/, '')),
    notbefore: Math.floor(new Date(parsed.validFrom).getTime() / 1000),
    notafter: Math.floor(new Date(parsed.validTo).getTime() / 1000),
    'public-key-type': 'rsaEncryption',
    'public-key-bits': parsed.publicKey.asymmetricKeyDetails?.modulusLength ?? 2048,
  }
}

function jobOf(context: HandlerContext): { id: string; options: Record<string, string | number>; nextRun: number } {
  const id = text(context, 'id')
  const job = context.cluster.state.backupJobs.get(id)
  if (job === undefined) throw badParameters({ id: `No such job '${id}'` })
  return job
}

const jobRow = (job: { id: string; options: Record<string, string | number> }): Record<string, unknown> => ({
  id: job.id,
  type: 'vzdump',
  ...job.options,
})

export const nodeHandlers: Readonly<Record<string, Handler>> = {
  'GET /nodes/{node}/status': (context) => ({ data: nodeStatus(context) }),
  'GET /nodes/{node}/version': ({ cluster }) => ({ data: cluster.state.release }),
  'GET /nodes/{node}/disks/lvmthin': ({ cluster }) => ({
    data: [...cluster.state.storages.values()]
      .filter((storage) => storage.type === 'lvmthin')
      .map((storage) => ({
        lv: String(storage.options.thinpool ?? 'data'),
        vg: String(storage.options.vgname ?? 'pve'),
        lv_size: storage.total,
        used: storage.used,
        metadata_size: 1_073_741_824,
        metadata_used: Math.round(1_073_741_824 * 0.31),
      })),
  }),
  'GET /nodes/{node}/disks/lvm': () => ({ data: { leaf: 0, children: [] } }),
  'GET /nodes/{node}/disks/zfs': () => {
    throw new Refusal(500, 'zfsutils-linux not installed\n')
  },
  'GET /nodes/{node}/disks/directory': () => ({ data: [] }),
  'GET /nodes/{node}/certificates/info': ({ cluster }) => ({
    data:
      cluster.certificates === undefined
        ? []
        : [
            certificateRow('pve-root-ca.pem', cluster.certificates.ca),
            certificateRow('pve-ssl.pem', cluster.certificates.leaf),
          ],
  }),
  'GET /nodes/{node}/rrddata': (context) => ({ data: nodeRrd(context.cluster, text(context, 'timeframe')) }),
  'GET /nodes/{node}/qemu/{vmid}/rrddata': (context) => ({
    data: guestRrd(context.cluster, guestOf(context, 'qemu'), text(context, 'timeframe')),
  }),
  'GET /nodes/{node}/lxc/{vmid}/rrddata': (context) => ({
    data: guestRrd(context.cluster, guestOf(context, 'lxc'), text(context, 'timeframe')),
  }),
  'GET /nodes/{node}/storage/{storage}/rrddata': (context) => ({
    data: storageRrd(context.cluster, text(context, 'node'), text(context, 'storage'), text(context, 'timeframe')),
  }),
  'GET /cluster/backup': ({ cluster }) => ({
    data: [...cluster.state.backupJobs.values()].map((job) => ({
      ...jobRow(job),
      ...(job.options.enabled === 0 ? {} : { 'next-run': job.nextRun }),
    })),
  }),
  'POST /cluster/backup': (context) => {
    const { cluster, parameters } = context
    const id = optionalText(context, 'id') ?? cluster.chance.uuid()
    const { id: _, ...options } = parameters
    cluster.state.backupJobs.set(id, { id, options, nextRun: nowSeconds(cluster) + 86_400 })
    return { data: null }
  },
  'GET /cluster/backup/{id}': (context) => ({ data: jobRow(jobOf(context)) }),
  'PUT /cluster/backup/{id}': (context) => {
    const { id: _, ...options } = context.parameters
    Object.assign(jobOf(context).options, options)
    return { data: null }
  },
  'DELETE /cluster/backup/{id}': (context) => {
    context.cluster.state.backupJobs.delete(jobOf(context).id)
    return { data: null }
  },
  'GET /cluster/backup/{id}/included_volumes': (context) => {
    jobOf(context)
    return { data: includedVolumes(context) }
  },
  'GET /cluster/backup-info/not-backed-up': ({ cluster }) => ({
    data: [...cluster.state.backupJobs.values()].some((job) => job.options.all === 1)
      ? []
      : [...cluster.state.guests.values()].map((guest) => ({
          vmid: guest.vmid,
          type: guest.kind,
          name: guest.config[guest.kind === 'qemu' ? 'name' : 'hostname'],
        })),
  }),
}
