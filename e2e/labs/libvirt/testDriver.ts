import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LabDaemon } from './daemon'
import { startLibvirtLab } from './lab'
import type { CommandResult } from './namespace'

/**
 * libvirt's own test driver behind a libvirtd that is thrown away: good for trees, lists, reverts and deletes through
 * the real protocol, without QEMU. Its traps:
 * - `test:///default`: one domain `test` without disks; shared by all connections, and forgotten when the last closes.
 * - the node file: private to each connection and read anew by each; changes of one are never seen by another.
 * - snapshots are internal only; no block jobs, no agent, no images (the pool's files do not exist).
 * - a node file whose snapshots are given by `file=` corrupts libvirtd's heap: why this daemon is nobody else's.
 */
export type TestDriverLab = {
  dir: string
  socket: string
  readOnlySocket: string
  defaultUri: 'test:///default'
  /** Domain db01 (running): base → patch1, base → patch2; patch2 is current. Pool `images`. */
  nodeUri: string
  /** virsh through the daemon, to one of the two URIs. */
  virsh(uri: string, ...args: string[]): Promise<CommandResult>
  daemon: LabDaemon
  close(): Promise<void>
}

const NODE_FILE = fileURLToPath(new URL('./fixtures/test-node.xml', import.meta.url))

/** Starts it; about 0.3 s. */
export async function startTestDriver(): Promise<{ ok: true; lab: TestDriverLab } | { ok: false; why: string }> {
  const started = await startLibvirtLab()
  if (!started.ok) return started
  const { dir, socket, readOnlySocket, daemon, runInside, close } = started.lab
  const nodeFile = join(dir, 'node.xml')
  await copyFile(NODE_FILE, nodeFile)
  const virsh = (uri: string, ...args: string[]) => {
    const through = `${uri.replace('test:', 'test+unix:')}?socket=/run/libvirt/libvirt-sock`
    return runInside('virsh', ['--connect', through, ...args])
  }
  const nodeUri = `test://${nodeFile}`
  return {
    ok: true,
    lab: { dir, socket, readOnlySocket, defaultUri: 'test:///default', nodeUri, virsh, daemon, close },
  }
}
