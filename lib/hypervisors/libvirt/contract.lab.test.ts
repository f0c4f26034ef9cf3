/** The port's contract on real QEMU, and on libvirt's test driver through a real libvirtd. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { inject, it } from 'vitest'
import { escapeXml } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import '@/e2e/labs/libvirt/lab-test'
import type { CommandResult } from '@/e2e/labs/libvirt/namespace'
import { startTestDriver } from '@/e2e/labs/libvirt/testDriver'
import { describeHypervisorContract } from '../contract'
import type { ContractHarness, ContractWorld, TakeRequest } from '../contract/harness'
import { LibvirtClient } from './rpc/client'
import { startProxy } from './testing/proxy'
import { openLab } from './testing/reading'

type Virsh = (...args: string[]) => Promise<CommandResult>

/** What libvirt admits: no slash, no line break, no control character, 247 bytes. */
const NAMES = [
  '升级前 快照',
  '  two  spaces  ',
  `it's "quoted" & <b>bold`,
  '<script>alert(1)',
  'n'.repeat(247),
  '🧪 lab',
]

async function must(done: Promise<CommandResult>): Promise<void> {
  const { code, stderr } = await done
  if (code !== 0) throw new Error(stderr)
}

/** Snapshots the way virsh works them, which is the same for every driver. */
const snapshotsBy = (virsh: Virsh): Pick<ContractWorld, 'take' | 'rollback' | 'deleteSnapshot'> => ({
  take: ({ nativeId }, { name, external, description }: TakeRequest) =>
    must(
      virsh(
        'snapshot-create-as',
        nativeId,
        `--name=${name}`,
        ...(description === undefined ? [] : [`--description=${description}`]),
        ...(external === true ? ['--disk-only', '--atomic'] : []),
      ),
    ),
  rollback: ({ nativeId }, name) => must(virsh('snapshot-revert', nativeId, `--snapshotname=${name}`)),
  deleteSnapshot: ({ nativeId }, name) => must(virsh('snapshot-delete', nativeId, `--snapshotname=${name}`)),
})

async function startLab(): Promise<LibvirtLab> {
  const started = await startLibvirtLab()
  if (!started.ok) throw new Error(started.why)
  return started.lab
}

async function startQemu(): Promise<ContractHarness> {
  const lab = await startLab()
  // A file system of its own: how full it is must not change because somebody else's files do.
  await must(lab.runInside('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', lab.poolPath]))
  await must(lab.virsh('pool-refresh', 'default'))
  const proxy = await startProxy(join(lab.dir, 'run', 'proxy'), lab.socket)
  const files = new Map<string, string[]>()
  return {
    // The faults lie on the way through the proxy; who only observes goes by the read-only socket, past it.
    open: () => openLab({ socket: proxy.path, readOnlySocket: lab.readOnlySocket }, 'operate'),
    openObserving: () => openLab({ socket: proxy.path, readOnlySocket: lab.readOnlySocket }, 'observe'),
    openOperated: () => openLab({ socket: proxy.path, readOnlySocket: lab.readOnlySocket }, 'operate'),
    takeCommand: ({ nativeId, name: guest }, name) => ({
      do: 'snapshot.take',
      guest: { nativeId, name: guest, node: '' },
      name,
      description: '',
      memory: 'none',
      memoryFile: null,
      quiesce: false,
      disks: [{ target: 'vda', mode: 'internal' }],
    }),
    unknownTask: { kind: 'libvirt-call', id: 'never-there', since: '2026-01-01T00:00:00.000Z' },
    cannot: { 'fail-section': 'libvirtd cannot be made to fail at one guest only' },
    names: { guests: NAMES, snapshots: NAMES },
    close: async () => {
      await proxy.close()
      await lab.close()
    },
    world: {
      ...snapshotsBy(lab.virsh),
      addGuest: async ({ name, running }) => {
        const uuid = randomUUID()
        const file = lab.imagePath(`${uuid}.qcow2`)
        await must(lab.runInside('qemu-img', ['create', '-q', '-f', 'qcow2', file, '8M']))
        const disks = [{ format: 'qcow2' as const, sizeMiB: 8, file }]
        const guest = await lab.defineGuest({ name, uuid, disks, running: running ?? false })
        files.set(uuid, [file])
        return { nativeId: guest.uuid, name }
      },
      removeGuest: async ({ nativeId }) => {
        await lab.virsh('destroy', nativeId) // refused when it does not run
        await must(lab.virsh('undefine', nativeId, '--snapshots-metadata'))
        for (const file of files.get(nativeId) ?? []) await must(lab.runInside('rm', ['-f', file]))
      },
      refuse: async () => {
        await lab.daemon.kill9()
        return () => lab.daemon.restart()
      },
      hang: async () => {
        await lab.daemon.stop()
        return () => lab.daemon.cont()
      },
      die: async () => {
        // Enough for signing in and the list of guests, not for reading them.
        proxy.breakAfter(8_000)
        return async () => proxy.repair()
      },
      vanish: async ({ nativeId }) => {
        // The first time a call names it, it has just gone.
        proxy.before(Buffer.from(nativeId.replaceAll('-', ''), 'hex'), () => must(lab.virsh('undefine', nativeId)))
        return async () => proxy.repair()
      },
      causeHint: async ({ nativeId }) => {
        const started = await lab.virsh('start', nativeId)
        if (started.code !== 0) await must(lab.virsh('destroy', nativeId))
      },
    },
  }
}

async function startTest(): Promise<ContractHarness> {
  const started = await startTestDriver()
  if (!started.ok) throw new Error(started.why)
  const { lab } = started
  const uri = lab.defaultUri
  const virsh: Virsh = (...args) => lab.virsh(uri, ...args)
  // The driver forgets everything when the last connection to it closes.
  const keeper = await LibvirtClient.open({ uri, socketPath: lab.socket })
  const sameWire = 'the same connection as on QEMU, where this is tried'
  return {
    open: () => openLab(lab, 'operate', uri),
    cannot: {
      operate: "libvirt's test driver has no block jobs and no events of them",
      'start-empty': 'the driver begins with a guest of its own',
      external: 'the driver knows internal snapshots only',
      storages: 'the files of its pool do not exist',
      'fail-section': sameWire,
      refuse: sameWire,
      hang: sameWire,
      die: sameWire,
      vanish: sameWire,
    },
    names: { guests: NAMES, snapshots: NAMES },
    close: async () => {
      await keeper.close()
      await lab.close()
    },
    world: {
      ...snapshotsBy(virsh),
      addGuest: async ({ name, running }) => {
        const uuid = randomUUID()
        const disk = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/guest/${uuid}'/><target dev='vda'/></disk>`
        const xml = `<domain type='test'><name>${escapeXml(name)}</name><uuid>${uuid}</uuid><memory unit='MiB'>512</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices>${disk}</devices></domain>`
        await keeper.domains.define(xml)
        if (running) await must(virsh('start', uuid))
        return { nativeId: uuid, name }
      },
      removeGuest: async ({ nativeId }) => {
        await virsh('destroy', nativeId) // refused when it does not run
        await must(virsh('undefine', nativeId, '--snapshots-metadata'))
      },
      causeHint: async ({ nativeId }) => {
        const begun = await virsh('start', nativeId)
        if (begun.code !== 0) await must(virsh('destroy', nativeId))
      },
    },
  }
}

const provided = inject('libvirtLab')
if (provided.ok) {
  describeHypervisorContract('libvirt with real QEMU', startQemu, { histories: 5, steps: 12 })
  describeHypervisorContract("libvirt's test driver", startTest, { histories: 10, steps: 20 })
} else {
  it('the contract on libvirt', (context) => context.skip(`cannot run: ${provided.why}`))
}
