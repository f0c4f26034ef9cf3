import type { LibvirtLab } from './lab'

/** One step of a random history, as it was done: enough to do it again by hand. */
export type HistoryStep =
  | { do: 'take'; name: string }
  | { do: 'revert'; name: string }
  | { do: 'delete'; name: string; children: 'keep' | 'with' | 'only' }

/** Names worth having in a tree: each one once broke something somewhere. */
const NAMES = [
  (n: number) => `s${n}`,
  (n: number) => `before upgrade ${n}`,
  (n: number) => `升级前 ${n}`,
  (n: number) => `it's "${n}"`,
  (n: number) => `<script>alert(${n})`,
  (n: number) => ` leading and trailing ${n} `,
  (n: number) => `+- ${n}`,
  (n: number) => `${n} & &amp; co`,
  (n: number) => `${'long-'.repeat(40)}${n}`,
]

/**
 * Takes, reverts and deletes at random on one stopped guest with qcow2 disks, through virsh. The same seed does the
 * same on a guest without snapshots. About 50 ms per step.
 */
export async function randomHistory(
  lab: LibvirtLab,
  guest: string,
  seed: number,
  steps: number,
): Promise<HistoryStep[]> {
  const next = createGenerator(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
  const done: HistoryStep[] = []
  let names: string[] = []
  for (let number = 1; number <= steps; number += 1) {
    const chance = next()
    const step: HistoryStep =
      names.length === 0 || chance < 0.55
        ? { do: 'take', name: pick(NAMES)(number) }
        : chance < 0.8
          ? { do: 'revert', name: pick(names) }
          : { do: 'delete', name: pick(names), children: pick(['keep', 'keep', 'with', 'only']) }
    await doStep(lab, guest, step)
    done.push(step)
    if (step.do === 'take') names.push(step.name)
    if (step.do === 'delete') names = await listNames(lab, guest)
  }
  return done
}

async function doStep(lab: LibvirtLab, guest: string, step: HistoryStep): Promise<void> {
  const name = `--snapshotname=${step.name}`
  if (step.do === 'take') await lab.expectVirsh('snapshot-create-as', guest, `--name=${step.name}`)
  else if (step.do === 'revert') await lab.expectVirsh('snapshot-revert', guest, name)
  else {
    const children = { keep: [], with: ['--children'], only: ['--children-only'] }[step.children]
    await lab.expectVirsh('snapshot-delete', guest, name, ...children)
  }
}

/** In the order virsh lists them, which is the same for the same history. */
const listNames = async (lab: LibvirtLab, guest: string) =>
  (await lab.expectVirsh('snapshot-list', guest, '--name', '--topological')).split('\n').filter(Boolean)

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
function createGenerator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
