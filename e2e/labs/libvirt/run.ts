import { parseArgs } from 'node:util'
import { startLibvirtLab } from './lab'
import { buildMany } from './many'
import { buildShowcase } from './scenarios'

/** The laboratory by hand: starts it, says how to reach it, stays until Ctrl-C or until this process is killed. */
const { values } = parseArgs({
  options: {
    /** No guest at all. */
    empty: { type: 'boolean', default: false },
    /** One running guest instead of the showcase. */
    guest: { type: 'boolean', default: false },
    /** So many stopped guests more, with 20 snapshots each. */
    many: { type: 'string', default: '0' },
    /** `debian13`: libvirt 11.3 in a chroot, built at its first use. */
    generation: { type: 'string' },
    tcp: { type: 'boolean', default: false },
    sasl: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    ssh: { type: 'boolean', default: false },
  },
})

if (values.generation !== undefined) process.env.SNAPWARDEN_LAB_GENERATION = values.generation
const { tcp, sasl, tls, ssh } = values
const started = await startLibvirtLab({ tcp, sasl, tls, ssh })
if (!started.ok) {
  process.stderr.write(`cannot run: ${started.why}\n`)
  process.exit(1)
}
const { lab } = started
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void lab.close().then(() => process.exit(0))
  })
}
if (values.guest) await lab.defineGuest({ name: 'guest01', disks: [{ format: 'qcow2', sizeMiB: 8 }], running: true })
else if (!values.empty) await buildShowcase(lab)
if (Number(values.many) > 0) await buildMany(lab, { domains: Number(values.many), snapshotsEach: 20 })

process.stdout.write(`lab ready: ${lab.socket}

name: libvirt-lab
kind: libvirt
mode: operate
uri: qemu:///system?socket=${lab.socket}

virsh inside: nsenter -t ${lab.info.initPid} -m -p -r -w virsh -c qemu:///system list --all
${Object.entries(lab.info.endpoints)
  .map(([name, endpoint]) => `${name}: ${JSON.stringify(endpoint, null, 2)}\n`)
  .join('')}`)
