/** Freezing with a real guest agent: taken frozen, thawed by libvirt; and thawed by us when nobody else is left to do it. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { findLinuxGuest, startLinuxGuest } from '@/e2e/labs/libvirt/linux-guest'
import type { Hypervisor } from '../../port'
import { commandsOf, gist, refOf, run, takeOf } from '../testing/commanding'
import { type SocketProxy, startProxy } from '../testing/proxy'
import { openLab, patience } from '../testing/reading'

const files = await findLinuxGuest()

describeWithLab('a guest with an agent', () => {
  if (!files.ok) {
    it('is frozen and thawed', (context) => context.skip(`cannot run: ${files.why}`))
    return
  }
  let lab: LibvirtLab
  let proxy: SocketProxy
  let hypervisor: Hypervisor
  let guest: LabGuest

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    proxy = await startProxy(join(lab.dir, 'run', 'proxy'), lab.socket)
    hypervisor = openLab({ socket: proxy.path, readOnlySocket: lab.readOnlySocket })
    guest = await startLinuxGuest(lab, files, 'linux01')
  })
  afterAll(async () => {
    await hypervisor.close()
    await proxy.close()
    await lab.close()
  })

  const agent = (execute: string) => lab.expectVirsh('qemu-agent-command', guest.uuid, JSON.stringify({ execute }))
  const status = async () => JSON.parse(await agent('guest-fsfreeze-status')).return

  it('is frozen while its snapshot is taken, and thawed after it', async () => {
    const take = takeOf(lab, guest, 'q1', { kind: 'external', quiesce: true })
    expect(gist(await run(commandsOf(hypervisor), take))).toBe('ok')
    expect(await status()).toBe('thawed')
  })

  it('already frozen, is refused the snapshot, and stands frozen no longer', async () => {
    await agent('guest-fsfreeze-freeze')
    const take = takeOf(lab, guest, 'q2', { kind: 'external', quiesce: true })
    expect(gist(await run(commandsOf(hypervisor), take))).toMatch(/^refused/)
    expect(await status()).toBe('thawed')
  })

  it('frozen by a daemon that then died, is thawed by recall', async () => {
    const since = new Date().toISOString()
    const take = takeOf(lab, guest, 'q3', { kind: 'external', quiesce: true })
    await agent('guest-fsfreeze-freeze') // where the daemon and we both were when we died
    await lab.daemon.kill9()
    await lab.daemon.restart()
    const recalled = await commandsOf(hypervisor).recall(take, since, patience())
    expect(recalled).toEqual({ ok: true, value: { recalled: 'not-taken' } })
    expect(await status()).toBe('thawed')
  })

  it('is thawed when asked for, and told apart from one that was not frozen', async () => {
    await agent('guest-fsfreeze-freeze')
    const thaw = { do: 'guest.thaw', guest: refOf(guest) } as const
    expect(await run(commandsOf(hypervisor), thaw)).toMatchObject({ end: { ended: 'succeeded', warnings: [] } })
    expect(await status()).toBe('thawed')
    expect(await run(commandsOf(hypervisor), thaw)).toMatchObject({
      end: { ended: 'succeeded', warnings: ['nothing was frozen'] },
    })
  })

  it('is shut down by its agent within the limit', async () => {
    const shutdown = { do: 'guest.power', guest: refOf(guest), to: 'shutdown', timeLimitMillis: 30_000 } as const
    const outcome = gist(await run(commandsOf(hypervisor), shutdown))
    // Its init knows no shutdown: what counts is that the agent took the wish and the limit was kept.
    expect(outcome).toMatch(/^(ok|failed not-shut-down|refused)/)
  })
})
