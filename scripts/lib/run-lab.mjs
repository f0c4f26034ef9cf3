import { ensureInstalled } from './install.mjs'
import { runProgram } from './run-program.mjs'

/**
 * Runs a laboratory by hand in this process, from a checkout however fresh, also beside a server that runs from it: it
 * needs what the product needs and no more.
 * @param {'libvirt' | 'proxmox'} name
 */
export async function runLab(name) {
  await runProgram(async () => {
    await ensureInstalled({ dev: false, say: (line) => process.stderr.write(`${line}\n`) })
    const { buildScript } = await import('./build-bundle.mjs')
    await import(await buildScript(`e2e/labs/${name}/run.ts`, `.cache/lab-${name}.mjs`))
  })
}
