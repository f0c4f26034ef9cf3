import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDaemon, type LabDaemon } from './daemon'
import { type EndpointChoice, type LabEndpoints, prepareEndpoints, saslAuthFile } from './endpoints'
import { chosenGeneration, findGeneration, type Generation } from './generation'
import {
  type BlockWrite,
  defineGuest,
  expectVirsh,
  type GuestSpec,
  type LabGuest,
  withXmlFile,
  writeBlocks,
} from './guest'
import { keeperScript, libvirtdConf, QEMU_CONF } from './machine'
import {
  attachNamespace,
  type CommandResult,
  type Namespace,
  openNamespace,
  type RunOptions,
  runCommand,
} from './namespace'
import { ensureLabPackages } from './packages'

/** Without `generation`: the one the environment chooses, else this machine's own packages. */
export type LabOptions = EndpointChoice & { generation?: Generation }

/** What another process needs to use a running laboratory: plain data, fit for vitest's provide and inject. */
export type LabInfo = { dir: string; initPid: number; listen: boolean; endpoints: LabEndpoints }

export type LibvirtLab = LabEndpoints & {
  info: LabInfo
  /** Everything of this laboratory is below; the same path inside and outside its namespace. */
  dir: string
  /** libvirtd's sockets, reachable from outside. */
  socket: string
  readOnlySocket: string
  uri: 'qemu:///system'
  /** Images of the pool `default`; the same path inside and outside. */
  poolPath: string
  imagePath(name: string): string
  /** The oracle. */
  virsh(...args: string[]): Promise<CommandResult>
  /** virsh that must work; its standard output. Throws what it said otherwise. */
  expectVirsh(...args: string[]): Promise<string>
  /** Any command in the namespace: qemu-img, virsh with input, … */
  runInside(command: string, args: string[], options?: RunOptions): Promise<CommandResult>
  /** Lends a file with this XML to a command of virsh. */
  withXmlFile<T>(xml: string, use: (file: string) => Promise<T>): Promise<T>
  daemon: LabDaemon
  defineGuest(spec: GuestSpec): Promise<LabGuest>
  /** Writes to a guest's disk as the guest would, running or not. */
  writeBlocks(guest: string, write: BlockWrite): Promise<void>
  /**
   * A pool of its own size, in memory: for bars near full and for running out of space. Its path exists inside only.
   * Returns the path, for `DiskSpec.directory`.
   */
  addSmallPool(name: string, sizeMiB: number): Promise<string>
  /**
   * A pool on an ext4 file system of its own size, on a loop device: it runs full as disks do, with a reserve for root.
   * Its path exists inside only. The device goes with the laboratory.
   */
  addLoopPool(name: string, sizeMiB: number): Promise<string>
  /** Every process inside, as this machine numbers them. */
  pids(): number[]
  /** Ends guests and daemons, drops the mounts, removes the files. Of an attached laboratory: does nothing. */
  close(): Promise<void>
}

/**
 * A laboratory as several test files share it: for reading. What would change it is not there, because the next file,
 * in an order nobody chooses, judges every guest and every file it finds.
 */
export type SharedLab = Omit<LibvirtLab, 'defineGuest' | 'writeBlocks' | 'addSmallPool' | 'daemon' | 'close'> & {
  daemon: Pick<LabDaemon, 'pid' | 'running'>
}

export type LabStart = { ok: true; lab: LibvirtLab } | { ok: false; why: string }

/** unix(7): a socket's path has 107 bytes; libvirt's own names below `dir` take up to 60. */
const LONGEST_DIR = 45

/**
 * Starts a libvirtd with an empty pool in namespaces of its own. It ends with the process that started it, however
 * that ends. The machine's libvirtd, its files and /dev/kvm are not touched. About 0.3 s.
 */
export async function startLibvirtLab(options: LabOptions = {}): Promise<LabStart> {
  const prepared = await ensureLabPackages()
  if (!prepared.ok) return prepared
  const system = await findGeneration(options.generation ?? chosenGeneration())
  if (!system.ok) return system
  const dir = await mkdtemp(join(tmpdir(), 'swlab-'))
  if (dir.length > LONGEST_DIR) {
    await rm(dir, { recursive: true })
    return { ok: false, why: `the path ${dir} is too long for unix sockets below it: set TMPDIR to a shorter one` }
  }
  const undo: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const { endpoints, confLines, listen, start } = await prepareEndpoints(dir, options)
    await prepareFiles(dir, system.root, confLines)
    const opened = await openNamespace(dir)
    if (!opened.ok) throw new Error(opened.why)
    const { namespace } = opened
    undo.push(() => namespace.close())
    const lab = buildLab({ dir, initPid: namespace.initPid, listen, endpoints }, namespace, close)
    undo.push(await start(namespace))
    await lab.daemon.restart()
    await lab.expectVirsh('pool-define-as', 'default', 'dir', '--target', lab.poolPath)
    await lab.expectVirsh('pool-start', 'default')
    await lab.expectVirsh('pool-autostart', 'default')
    return { ok: true, lab }
  } catch (error) {
    await close()
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}

/** The laboratory another process of this machine started and keeps. */
export const attachLab = (info: LabInfo): LibvirtLab =>
  buildLab(info, attachNamespace(info.initPid, info.dir), async () => undefined)

async function prepareFiles(dir: string, system: string, confLines: string[]): Promise<void> {
  // Root only: whoever reaches a socket of a root libvirtd is root.
  await chmod(dir, 0o700)
  for (const name of ['etc/qemu', 'run/libvirt', 'lib', 'log/qemu', 'cache', 'swtpm', 'images', 'tmp', 'dev']) {
    await mkdir(join(dir, name), { recursive: true })
  }
  await writeFile(join(dir, 'etc', 'libvirtd.conf'), libvirtdConf({ hostUuid: randomUUID(), lines: confLines }))
  await writeFile(join(dir, 'etc', 'qemu.conf'), QEMU_CONF)
  await writeFile(join(dir, 'keeper.sh'), keeperScript(system))
}

/** The laboratory's own /dev has no loop devices; mount lets the kernel free the one it takes when the mount ends. */
const LOOP_MOUNT = `
set -e
test -e /dev/loop-control || mknod /dev/loop-control c 10 237
for n in 0 1 2 3 4 5 6 7; do test -e /dev/loop$n || mknod /dev/loop$n b 7 $n; done
mkdir -p "$2"
mount -o loop "$1" "$2"
`

async function expectRun(done: Promise<CommandResult>): Promise<void> {
  const { code, stderr } = await done
  if (code !== 0) throw new Error(stderr)
}

function buildLab(info: LabInfo, namespace: Namespace, close: () => Promise<void>): LibvirtLab {
  const { dir } = info
  const poolPath = join(dir, 'images')
  const env = { LIBVIRT_AUTH_FILE: saslAuthFile(dir) }
  const virsh = (...args: string[]) => namespace.run('virsh', ['--connect', 'qemu:///system', ...args], { env })
  const host = { dir, imagePath: (name: string) => join(poolPath, name), virsh, runInside: namespace.run }
  return {
    ...host,
    ...info.endpoints,
    info,
    socket: join(dir, 'run', 'libvirt', 'libvirt-sock'),
    readOnlySocket: join(dir, 'run', 'libvirt', 'libvirt-sock-ro'),
    uri: 'qemu:///system',
    poolPath,
    expectVirsh: (...args) => expectVirsh(host, ...args),
    withXmlFile: (xml, use) => withXmlFile(dir, xml, use),
    daemon: createDaemon(namespace, dir, info.listen),
    defineGuest: (spec) => defineGuest(host, spec),
    writeBlocks: (guest, write) => writeBlocks(host, guest, write),
    addSmallPool: async (name, sizeMiB) => {
      const path = join(dir, 'pools', name)
      const size = `size=${sizeMiB}M,mode=755`
      for (const step of [
        ['mkdir', '-p', path],
        ['mount', '-t', 'tmpfs', '-o', size, 'tmpfs', path],
      ]) {
        const done = await namespace.run(step[0] ?? '', step.slice(1))
        if (done.code !== 0) throw new Error(`${step.join(' ')}: ${done.stderr}`)
      }
      await expectVirsh(host, 'pool-define-as', name, 'dir', '--target', path)
      await expectVirsh(host, 'pool-start', name)
      return path
    },
    addLoopPool: async (name, sizeMiB) => {
      const path = join(dir, 'pools', name)
      const image = join(dir, `${name}.ext4`)
      await expectRun(runCommand('truncate', ['-s', `${sizeMiB}M`, image]))
      await expectRun(runCommand('mkfs.ext4', ['-q', '-F', image]))
      await expectRun(namespace.run('bash', ['-c', LOOP_MOUNT, 'mount', image, path]))
      await expectVirsh(host, 'pool-define-as', name, 'dir', '--target', path)
      await expectVirsh(host, 'pool-start', name)
      return path
    },
    pids: namespace.pids,
    close,
  }
}
