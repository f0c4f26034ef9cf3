import { parseArgs } from 'node:util'
import { startLibvirtLab } from './lab'

/** The laboratory by hand: starts it, says how to reach it, stays until Ctrl-C (or until this process is killed). */
const { values } = parseArgs({
  options: {
    empty: { type: 'boolean', default: false },
  },
})

const started = await startLibvirtLab()
if (!started.ok) {
  process.stderr.write(`cannot run: ${started.why}\n`)
  process.exit(1)
}
const { lab } = started
if (!values.empty) await lab.defineGuest({ name: 'guest01', disks: [{ format: 'qcow2', sizeMiB: 8 }], running: true })

process.stdout.write(`lab ready: ${lab.socket}

name: libvirt-lab
kind: libvirt
mode: operate
uri: qemu:///system?socket=${lab.socket}

virsh inside: nsenter -t ${lab.info.initPid} -m -p -r -w virsh -c qemu:///system list --all
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void lab.close().then(() => process.exit(0))
  })
}
