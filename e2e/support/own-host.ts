/** A host of one's own, for specs that hold a guest in the middle of a command. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { type LibvirtLab, startLibvirtLab } from '../labs/libvirt/lab'
import { type Api, consent, DONE, operationOn, ownName, PLANNED, primary } from './flows'
import { test as base, expect } from './test'
import { addConnection } from './world'

/** A host nobody else looks at, so that a guest on it may be held in the middle of a command. */
export const test = base.extend<{ own: { lab: LibvirtLab; connection: string } }>({
  own: async ({ world }, use, info) => {
    const started = await startLibvirtLab({ tcp: true })
    if (!started.ok) {
      info.skip(true, started.why)
      return
    }
    const connection = ownName(`kvm-${info.title.split(' ')[0]}`)
    try {
      await addConnection(world.data, connection, started.lab)
      await use({ lab: started.lab, connection })
    } finally {
      await started.lab.close()
    }
  },
})

/** A running guest whose snapshots are deleted one after the other. */
type Deleting = { lab: LibvirtLab; name: string; guestId: string; snapshots: number }

/**
 * Deletes all snapshots of a running guest whose QEMU does not answer: the first deletion hangs where it is for as long
 * as `meanwhile` takes, and then they go on.
 */
export async function whileDeleting(
  { page, api }: { page: Page; api: Api },
  { lab, name, guestId, snapshots }: Deleting,
  meanwhile: () => Promise<void>,
): Promise<void> {
  await page.goto(`/guests/${guestId}/delete`)
  await primary(page, 'Select all').click()
  await primary(page, 'Run the checks').click()
  // Held at the last moment: a reading of the host meanwhile would find a guest that does not answer, and that is
  // another plan than the one consented to.
  await consent(page)
  const qemu = qemuOf(lab, name)
  process.kill(qemu, 'SIGSTOP')
  try {
    await primary(page, `Delete ${snapshots} snapshots`).click()
    await page.waitForURL(/\/operations\/[0-9a-f-]+$/, { timeout: PLANNED })
    await expect
      .poll(async () => (await operationOn(api, page)).steps[0]?.state, { timeout: DONE })
      .toMatch(/asking|following/)
    await meanwhile()
  } finally {
    process.kill(qemu, 'SIGCONT')
  }
}

/**
 * Asks libvirt for a snapshot of a guest that is in the middle of a command, so that it waits behind that. Resolves once
 * libvirt was asked; what comes back resolves with its end.
 */
export async function askForSnapshot(
  lab: LibvirtLab,
  name: string,
  snapshot: string,
): Promise<{ done: Promise<void> }> {
  const log = join(lab.dir, 'tmp', `${snapshot}.log`)
  const env = { LIBVIRT_LOG_FILTERS: '1:libvirt', LIBVIRT_LOG_OUTPUTS: `1:file:${log}` }
  const asking = lab.runInside('virsh', ['--connect', lab.uri, 'snapshot-create-as', name, snapshot], { env })
  const done = asking.then(({ code, stderr }) => {
    if (code !== 0) throw new Error(stderr)
  })
  const asked = () => existsSync(log) && readFileSync(log, 'utf8').includes('virDomainSnapshotCreateXML')
  await Promise.race([expect.poll(asked, { timeout: DONE }).toBe(true), done])
  return { done }
}

/** The process of a running guest, as this machine numbers it. */
function qemuOf(lab: LibvirtLab, name: string): number {
  const found = lab.pids().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`guest=${name},`))
  if (found === undefined) throw new Error(`${name} has no QEMU`)
  return found
}
