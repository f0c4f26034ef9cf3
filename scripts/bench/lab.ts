/** A real libvirt host to measure against, and a product's connections to it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LibvirtLab, startLibvirtLab } from '../../e2e/labs/libvirt/lab'
import { runCommand } from '../../e2e/support/installation'
import { Problem } from '../lib/problem.mjs'
import type { Product } from './product'

/** Starts a libvirtd of its own with a TCP port. @throws Problem where none can run */
export async function openLab(): Promise<LibvirtLab> {
  const started = await startLibvirtLab({ tcp: true })
  if (!started.ok) throw new Problem(`This bench needs a libvirt host: ${started.why}.`, { exitCode: 1 })
  return started.lab
}

/** Adds the lab as a connection, as an administrator would. */
export async function addConnection({ data }: Product, name: string, lab: LibvirtLab): Promise<void> {
  if (lab.tcp === undefined) throw new Error('the lab has no TCP port')
  const file = join(data, `${name}.yaml`)
  writeFileSync(file, `name: ${name}\nkind: libvirt\nuri: qemu+tcp://${lab.tcp.host}:${lab.tcp.port}/system\n`)
  await runCommand(['connection', 'add', '--file', file, '--data', data])
}

/** Has the running worker read a connection now, everything, and waits until that is stored. */
export const collectNow = ({ data }: Product, name: string): Promise<string> =>
  runCommand(['collect', name, '--data', data])
