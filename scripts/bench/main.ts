/** The benches of this product: each figure beside the promise it is held to. */
import { ALL_PARTS, ensureBuilt } from '../lib/build.mjs'
import { Problem } from '../lib/problem.mjs'
import { alertsBench } from './alerts'
import { browserBench } from './browser'
import { connectionsBench } from './connections'
import { libvirtBench } from './libvirt'
import { operationsBench } from './operations'
import { planBench } from './plan'
import { predictionsBench } from './predictions'
import { proxmoxBench } from './proxmox'
import { proxmoxOperationsBench } from './proxmox-operations'
import { type Bench, type Figure, formatTable, isMet } from './report'
import { startBench } from './start'
import { storageBench } from './storage'
import { storeBench } from './store'

const BENCHES: readonly Bench[] = [
  libvirtBench,
  proxmoxBench,
  planBench,
  connectionsBench,
  storeBench,
  storageBench,
  alertsBench,
  browserBench,
  startBench,
  predictionsBench,
  operationsBench,
  proxmoxOperationsBench,
]

/**
 * Runs the named benches, all of them when none is named, and prints a line per figure (`--json`: one document).
 * @returns 0 when every figure meets its target, 1 when one does not
 * @throws Problem for a name there is none of
 */
export async function runBenches(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('--'))
  const options = new Map(
    args.flatMap((arg) => {
      const [, name, value] = /^--([a-z-]+)=(.*)$/.exec(arg) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
  const unknown = names.find((name) => !BENCHES.some((bench) => bench.name === name))
  if (unknown !== undefined) {
    const list = BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')
    throw new Problem(`There is no bench "${unknown}". There are:\n${list}`)
  }
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const figures: Figure[] = []
  const asked = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))
  if (asked.some(({ needsNoBuild }) => needsNoBuild !== true)) await ensureBuilt({ parts: ALL_PARTS, say })
  for (const bench of asked) {
    say(`— ${bench.name}: ${bench.about}`)
    figures.push(...(await bench.run({ say: (line) => say(`  ${line}`), options })))
  }
  if (args.includes('--json')) {
    const results = figures.map((figure) => ({ ...figure, met: isMet(figure) }))
    process.stdout.write(`${JSON.stringify({ figures: results }, null, 2)}\n`)
  } else process.stdout.write(`${formatTable(figures)}\n`)
  return figures.every(isMet) ? 0 : 1
}
