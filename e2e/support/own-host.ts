/** A host of one's own, for specs that hold a guest in the middle of a command. */
import { readFileSync } from 'node:fs'
import { type LibvirtLab, startLibvirtLab } from '../labs/libvirt/lab'
import { ownName } from './flows'
import { test as base } from './test'
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

/** The process of a running guest, as this machine numbers it. */
export function qemuOf(lab: LibvirtLab, name: string): number {
  const found = lab.pids().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`guest=${name},`))
  if (found === undefined) throw new Error(`${name} has no QEMU`)
  return found
}
