import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { isAlive, untilGone } from './daemon'
import type { EndpointChoice } from './endpoints'
import { randomHistory } from './history'
import { type LibvirtLab, startLibvirtLab } from './lab'
import { describeWithLab } from './lab-test'
import { buildMany } from './many'
import { runCommand } from './namespace'
import { snapshotTree } from './oracle'
import { startTestDriver } from './testDriver'

const opened: { close(): Promise<void> }[] = []

async function startOwn(choice: EndpointChoice = {}): Promise<LibvirtLab> {
  const started = await startLibvirtLab(choice)
  if (!started.ok) throw new Error(started.why)
  opened.push(started.lab)
  return started.lab
}

afterEach(async () => {
  for (const lab of opened.splice(0)) await lab.close()
})

const disks = [{ format: 'qcow2' as const, sizeMiB: 8 }]
const mountsOf = (dir: string) =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(dir))

describeWithLab('a laboratory', (shared) => {
  it('can be used by a process that did not start it', async () => {
    expect(await shared.expectVirsh('pool-list', '--name')).toContain('default')
    expect(isAlive(shared.daemon.pid(), 'libvirtd')).toBe(true)
  })

  it('leaves nothing behind when it is closed: no process, no mount, no file', async () => {
    const lab = await startOwn({ tcp: true, tls: true, ssh: true })
    await lab.defineGuest({ name: '数据库 "01" <script>', disks, running: true, tpm: true })
    const pids = lab.pids()
    expect(pids.length).toBeGreaterThanOrEqual(4)
    expect(existsSync(lab.socket)).toBe(true)
    await lab.close()
    expect(pids.filter((pid) => isAlive(pid))).toEqual([])
    expect(mountsOf(lab.dir)).toEqual([])
    expect(existsSync(lab.dir)).toBe(false)
  })

  it('leaves nothing behind when the process that started it is killed', async () => {
    const script = fileURLToPath(new URL('../../../scripts/lab-libvirt.mjs', import.meta.url))
    const owner = spawn(process.execPath, [script, '--guest'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = await new Promise<string>((resolve) => owner.stdout.once('data', (chunk) => resolve(String(chunk))))
    const dir = /^lab ready: (.*)\/run\/libvirt\/libvirt-sock$/m.exec(said)?.[1] ?? ''
    expect(existsSync(dir)).toBe(true)
    const init = Number(/nsenter -t (\d+) /.exec(said)?.[1])
    owner.kill('SIGKILL')
    await untilGone(init)
    const deadline = performance.now() + 60_000
    while (existsSync(dir) && performance.now() < deadline) await pause(10)
    expect(existsSync(dir)).toBe(false)
  })

  it('can be there twice, each a host of its own', async () => {
    const [one, two] = [await startOwn(), await startOwn()]
    await one.defineGuest({ name: 'same', disks })
    await two.defineGuest({ name: 'same', disks, running: true })
    expect((await one.expectVirsh('domstate', 'same')).trim()).toBe('shut off')
    expect((await two.expectVirsh('domstate', 'same')).trim()).toBe('running')
    const hostOf = async (lab: LibvirtLab) => /<uuid>(.*)<\/uuid>/.exec(await lab.expectVirsh('capabilities'))?.[1]
    expect(await hostOf(one)).not.toBe(await hostOf(two))
  })

  it('survives its daemon: guests outlive SIGKILL, a stopped one answers again when continued', async () => {
    const lab = await startOwn()
    const guest = await lab.defineGuest({ name: 'survivor', disks, running: true })
    await lab.expectVirsh('snapshot-create-as', guest.name, 's1')
    const before = lab.daemon.pid()
    await lab.daemon.kill9()
    expect(lab.daemon.running()).toBe(false)
    expect((await lab.virsh('list')).code).not.toBe(0)
    await lab.daemon.restart()
    expect(lab.daemon.pid()).not.toBe(before)
    expect((await lab.expectVirsh('domstate', guest.name)).trim()).toBe('running')
    expect((await snapshotTree(lab, guest.name)).current).toBe('s1')
    await lab.daemon.stop()
    expect((await lab.runInside('virsh', ['-c', 'qemu:///system', 'list'], { timeoutMs: 300 })).code).toBe(137)
    await lab.daemon.cont()
    expect((await lab.expectVirsh('list', '--name')).trim()).toBe(guest.name)
  })

  it('can be reached over TCP, TLS and ssh, and refuses a wrong key and a wrong certificate', async () => {
    const { dir, tcp, tls, ssh } = await startOwn({ tcp: true, tls: true, ssh: true })
    if (!tcp || !tls || !ssh) throw new Error('an endpoint is missing')
    const list = (uri: string) => runCommand('virsh', ['-c', uri, 'pool-list', '--name'])
    expect((await list(`qemu+tcp://127.0.0.1:${tcp.port}/system`)).stdout).toContain('default')
    const pki = await clientPki(dir, tls.caPem, tls.clientCertPem, tls.clientKeyPem)
    expect((await list(`qemu+tls://127.0.0.1:${tls.port}/system?pkipath=${pki}`)).stdout).toContain('default')
    const wrongPki = await clientPki(dir, tls.wrongCaPem, tls.wrongClientCertPem, tls.wrongClientKeyPem)
    expect((await list(`qemu+tls://127.0.0.1:${tls.port}/system?pkipath=${wrongPki}`)).code).toBe(1)
    const connect = (key: string, hosts: string) =>
      runCommand('ssh', [
        ...['-i', key, '-p', String(ssh.port), '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes'],
        ...['-o', `UserKnownHostsFile=${hosts}`, '-o', 'StrictHostKeyChecking=yes', '--', `${ssh.user}@${ssh.host}`],
        'virsh -c qemu:///system pool-list --name; test -S /run/libvirt/libvirt-sock && which virt-ssh-helper nc',
      ])
    const inside = await connect(ssh.keyFile, ssh.knownHostsFile)
    expect(inside.stdout).toMatch(/^default\s+\/usr\/bin\/virt-ssh-helper\s+\/usr\/bin\/nc\s+$/)
    expect((await connect(ssh.wrongKeyFile, ssh.knownHostsFile)).stderr).toContain('Permission denied')
    expect((await connect(ssh.keyFile, ssh.wrongKnownHostsFile)).stderr).toContain('Host key verification failed')
  })

  it('asks for SASL where told to, and its own plain TCP port has no mechanism', async () => {
    const lab = await startOwn({ sasl: true, tls: true })
    const { saslTls: tls, saslTcp, saslTcpWithoutMechanism: bare } = lab
    if (!tls || !saslTcp || !bare) throw new Error('an endpoint is missing')
    expect(await lab.expectVirsh('pool-list', '--name')).toContain('default')
    const pki = await clientPki(lab.dir, tls.caPem, tls.clientCertPem, tls.clientKeyPem)
    const list = (uri: string, authFile: string) =>
      runCommand('virsh', ['-c', `${uri}&authfile=${authFile}`, 'pool-list', '--name'])
    const right = join(lab.dir, 'sasl', 'auth.conf')
    const wrong = join(lab.dir, 'sasl', 'wrong.conf')
    await writeFile(wrong, readFileSync(right, 'utf8').replace(saslTcp.password, 'not this one'))
    const overTls = `qemu+tls://127.0.0.1:${tls.port}/system?pkipath=${pki}`
    expect((await list(overTls, right)).stdout).toContain('default')
    expect((await list(overTls, wrong)).stderr).toContain('authentication failed')
    expect((await list(`qemu+tcp://127.0.0.1:${bare.port}/system?x=1`, right)).stderr).toContain(
      'authentication failed',
    )
  })

  it('grows random histories, the same from the same seed', async () => {
    const lab = await startOwn()
    for (const name of ['one', 'two']) await lab.defineGuest({ name, disks })
    expect(await randomHistory(lab, 'one', 7, 12)).toEqual(await randomHistory(lab, 'two', 7, 12))
    expect(await snapshotTree(lab, 'one')).toEqual(await snapshotTree(lab, 'two'))
  })

  it('defines many guests whose trees virsh confirms', async () => {
    const lab = await startOwn()
    for (const guest of await buildMany(lab, { domains: 6, snapshotsEach: 10 })) {
      const seen = await snapshotTree(lab, guest.uuid)
      expect(seen.parents).toEqual(Object.fromEntries(guest.snapshots.map(({ name, parent }) => [name, parent])))
      expect(seen.current).toBe(guest.current)
      const image = lab.imagePath(`${guest.name}.qcow2`)
      expect((await lab.runInside('qemu-img', ['check', image])).stdout).toContain('No errors were found')
      const inside = await lab.runInside('qemu-img', ['snapshot', '-l', image])
      for (const { name } of guest.snapshots) expect(inside.stdout).toContain(name)
    }
    await lab.expectVirsh('snapshot-revert', 'many-0001', 's003')
    await lab.expectVirsh('snapshot-delete', 'many-0001', 's005')
  })

  it('writes blocks as a guest would, running and stopped', async () => {
    const lab = await startOwn()
    const guest = await lab.defineGuest({ name: 'writer', disks, running: true })
    const bytesOnDisk = async () => {
      const info = await lab.runInside('qemu-img', ['info', '-U', '--output=json', guest.disks[0]?.file ?? ''])
      return (JSON.parse(info.stdout) as { 'actual-size': number })['actual-size']
    }
    const empty = await bytesOnDisk()
    await lab.writeBlocks(guest.name, { target: 'vda', offsetMiB: 0, sizeMiB: 1 })
    expect(await bytesOnDisk()).toBeGreaterThanOrEqual(empty + 1024 * 1024)
    await lab.expectVirsh('destroy', guest.name)
    await lab.writeBlocks(guest.name, { target: 'vda', offsetMiB: 4, sizeMiB: 2 })
    expect(await bytesOnDisk()).toBeGreaterThanOrEqual(empty + 3 * 1024 * 1024)
  })

  it('has a pool that runs full', async () => {
    const lab = await startOwn()
    const directory = await lab.addSmallPool('small', 8)
    await lab.defineGuest({ name: 'tight', disks: [{ format: 'raw', sizeMiB: 7, prealloc: 'full', directory }] })
    const info = await lab.expectVirsh('pool-info', 'small', '--bytes')
    expect(Number(/Capacity: +(\d+)/.exec(info)?.[1])).toBe(8 * 1024 * 1024)
    const again = lab.defineGuest({ name: 'more', disks: [{ format: 'raw', sizeMiB: 7, prealloc: 'full', directory }] })
    await expect(again).rejects.toThrow('No space left on device')
  })

  it('serves the test driver from a daemon that may crash', async () => {
    const started = await startTestDriver()
    if (!started.ok) throw new Error(started.why)
    const { lab } = started
    opened.push(lab)
    expect((await lab.virsh(lab.defaultUri, 'list', '--all', '--name')).stdout.trim()).toBe('test')
    expect((await lab.virsh(lab.nodeUri, 'snapshot-list', 'db01', '--tree')).stdout).toContain('+- patch1')
    expect((await lab.virsh(lab.nodeUri, 'snapshot-current', 'db01', '--name')).stdout.trim()).toBe('patch2')
  })
})

/** The directory virsh's `pkipath` wants. */
async function clientPki(dir: string, ca: string, certificate: string, key: string): Promise<string> {
  const pki = join(dir, `client-${Buffer.from(ca).toString('base64url').slice(60, 76)}`)
  await mkdir(pki, { recursive: true })
  await writeFile(join(pki, 'cacert.pem'), ca)
  await writeFile(join(pki, 'clientcert.pem'), certificate)
  await writeFile(join(pki, 'clientkey.pem'), key)
  return pki
}
