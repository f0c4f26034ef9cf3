/** The port's contract on the laboratory, over the wire. Random histories run on machines and containers. */
import { expect } from 'vitest'

import { handle } from '../../../e2e/labs/proxmox/handle'
import { makeGuest, addGuest as putGuest, recordedServer } from '../../../e2e/labs/proxmox/inventory'
import { describeHypervisorContract } from '../contract'
import type { ContractGuest, ContractHarness } from '../contract/harness'
import { openProxmoxHypervisor } from './adapter'
import { HASTY, startTestLab, tokenOf } from './testing/lab'
import { plainFingerprint } from './trust'

/** The recorded server before anything was on it. */
const emptyServer: typeof recordedServer = (options) => {
  const cluster = recordedServer(options)
  cluster.state.guests.clear()
  cluster.state.volumes.clear()
  cluster.state.storages.delete('offline1')
  return cluster
}

/** The harness of one kind of guest. */
async function startLab(kind: 'qemu' | 'lxc'): Promise<ContractHarness> {
  const { lab, cluster, clock, close } = await startTestLab(emptyServer, 'kept')
  const { state, faults } = cluster
  let nextVmid = 1000
  const folder = `/nodes/pve1/${kind}`
  const repair = async (): Promise<void> => faults.clear()

  /** Asks as an administrator would, and waits until the task has ended. */
  async function act(method: 'POST' | 'DELETE', path: string, parameters: Record<string, string> = {}): Promise<void> {
    const query = new URLSearchParams(parameters).toString()
    const answer = handle(cluster, {
      method,
      target: `/api2/json${path}${query === '' ? '' : `?${query}`}`,
      headers: { authorization: 'PVEAPIToken=root@pam!lab=00000000-0000-4000-8000-000000000001' },
      body: '',
    })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.reason}`)
    const { data } = JSON.parse(answer.body ?? '') as { data: string }
    const end = () => cluster.tasks.find(data)?.exitstatus
    await expect.poll(end, { timeout: 60_000, interval: 1 }).toBeDefined()
    const ended = end()
    if (ended !== 'OK' && ended !== 'WARNINGS: 1') throw new Error(`${path}: ${ended}`)
  }

  const of = ({ nativeId }: ContractGuest): string => `${folder}/${nativeId}`
  return {
    open: () =>
      openProxmoxHypervisor({
        urls: [lab.url],
        ca: null,
        fingerprints: [plainFingerprint(lab.fingerprint)],
        login: tokenOf('root@pam!lab'),
      }),
    openOperated: () =>
      openProxmoxHypervisor(
        {
          urls: [lab.url],
          ca: null,
          fingerprints: [plainFingerprint(lab.fingerprint)],
          login: tokenOf('root@pam!lab'),
        },
        { mode: 'operate', patience: HASTY },
      ),
    takeCommand: ({ nativeId, name: guestName }, name) => ({
      do: 'snapshot.take',
      guest: { nativeId, name: guestName, node: 'pve1' },
      name,
      description: '',
      memory: 'none',
      memoryFile: null,
      quiesce: false,
      disks: [{ target: kind === 'qemu' ? 'scsi0' : 'rootfs', mode: 'native' }],
    }),
    unknownTask: {
      kind: 'proxmox',
      node: 'pve1',
      upid: 'UPID:pve1:000F4240:00000001:6B000000:qmsnapshot:9999:root@pam!lab:',
    },
    cannot: {
      external: 'Proxmox VE has no external snapshots',
      hints: 'Proxmox VE pushes nothing',
      ...(kind === 'lxc' ? { memory: 'containers have none', 'running-guests': 'containers save no memory' } : {}),
    },
    kind: kind === 'qemu' ? 'vm' : 'container',
    names: {
      guests: kind === 'qemu' ? ['web-01', 'a.b.example.org'] : ['ct-01'],
      snapshots: ['a-b_C', 'ab', `n${'x'.repeat(39)}`],
    },
    close,
    world: {
      addGuest: async ({ name, running }) => {
        const vmid = nextVmid
        nextVmid += 1
        const config =
          kind === 'qemu'
            ? { name, memory: '128', cores: 1, scsi0: `dir1:${vmid}/vm-${vmid}-disk-0.qcow2,size=64M` }
            : { hostname: name, memory: 64, cores: 1, rootfs: `btr1:${vmid}/subvol-${vmid}-disk-0.subvol,size=0T` }
        const guest = makeGuest(kind, vmid, 'pve1', { ...config, meta: `creation-qemu=10.0.13,ctime=${vmid}` })
        if (running === true) guest.runningSinceMs = clock.now()
        putGuest(state, guest, Math.floor(clock.now() / 1000))
        return { nativeId: String(vmid), name }
      },
      removeGuest: (guest) => act('DELETE', of(guest)),
      take: async (guest, { name, memory, description }) => {
        // Seconds tell which is newer. Time never goes back: the task list is ordered by it.
        clock.skip(1_000)
        await act('POST', `${of(guest)}/snapshot`, {
          snapname: name,
          ...(memory === true ? { vmstate: '1' } : {}),
          ...(description === undefined ? {} : { description }),
        })
      },
      rollback: (guest, name) => act('POST', `${of(guest)}/snapshot/${name}/rollback`),
      deleteSnapshot: (guest, name) => act('DELETE', `${of(guest)}/snapshot/${name}`),
      failSection: async (section, guest) => {
        const status = 403
        if (section === 'guests') return null
        const reason =
          section === 'snapshots'
            ? `Permission check failed (/vms/${guest.nativeId}, VM.Audit)`
            : 'Permission check failed (/storage, Datastore.Audit)'
        const path = section === 'snapshots' ? new RegExp(`/${guest.nativeId}/snapshot`) : /^\/storage$/
        faults.onRequest({ kind: 'status', status, reason }, { path })
        return repair
      },
      refuse: async () => {
        faults.onRequest({ kind: 'status', status: 401, reason: 'Authentication failed!' })
        return repair
      },
      hang: async () => {
        faults.onRequest({ kind: 'hang' })
        return repair
      },
      die: async () => {
        faults.onRequest({ kind: 'reset' }, { path: /\/snapshot$/ })
        return repair
      },
      vanish: async ({ nativeId }) => {
        const daemon = kind === 'qemu' ? 'qemu-server' : 'lxc'
        const reason = `Configuration file 'nodes/pve1/${daemon}/${nativeId}.conf' does not exist`
        faults.onRequest({ kind: 'status', status: 500, reason }, { path: new RegExp(`/${nativeId}/`) })
        return repair
      },
    },
  }
}

describeHypervisorContract('Proxmox VE, machines', () => startLab('qemu'), { histories: 6, steps: 12 })
describeHypervisorContract('Proxmox VE, containers', () => startLab('lxc'), { histories: 6, steps: 12 })
