import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { isAlive } from './daemon'
import { type LibvirtLab, startLibvirtLab } from './lab'

const open: LibvirtLab[] = []

async function startLab(options = {}): Promise<LibvirtLab> {
  const started = await startLibvirtLab(options)
  if (!started.ok) throw new Error(started.why)
  open.push(started.lab)
  return started.lab
}

afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})

describe('a laboratory', () => {
  it('starts, runs a guest, takes snapshots and leaves nothing behind', async () => {
    const lab = await startLab()
    await lab.defineGuest({ name: 'web "01" <script> 数据库', disks: [{ format: 'qcow2', sizeMiB: 4 }], running: true })
    await lab.expectVirsh('snapshot-create-as', 'web "01" <script> 数据库', 'first')
    expect(await lab.expectVirsh('snapshot-list', 'web "01" <script> 数据库', '--name')).toBe('first\n\n')
    const pids = lab.pids()
    expect(pids.length).toBeGreaterThanOrEqual(3)
    expect(existsSync(lab.socket)).toBe(true)
    await lab.close()
    expect(pids.filter((pid) => isAlive(pid))).toEqual([])
    expect(existsSync(lab.dir)).toBe(false)
  })
})
