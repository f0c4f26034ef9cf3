import type { LibvirtLab } from './lab'

/** A guest's snapshots as virsh tells them: what the product says is compared with this, node by node. */
export type OracleTree = {
  /** Every name, in virsh's topological order (parents first). */
  names: string[]
  /** Parent of each; null for a root, also for one whose parent is gone. */
  parents: Record<string, string | null>
  current: string | null
  /** Listed but not drawn: virsh's tree leaves out a snapshot whose parent is gone, and all below it. */
  undrawn: string[]
  /** `snapshot-list --tree` as printed, without the blank lines at its end. */
  tree: string
}

/** Reads a guest's snapshot tree by virsh: three calls, whatever its size, and one for each that is not drawn. `guest` is a name or a UUID. */
export async function snapshotTree(lab: Pick<LibvirtLab, 'virsh' | 'expectVirsh'>, guest: string): Promise<OracleTree> {
  const names = (await lab.expectVirsh('snapshot-list', guest, '--name', '--topological')).split('\n').filter(Boolean)
  const tree = trimLines(await lab.expectVirsh('snapshot-list', guest, '--tree'))
  const parents = parseTree(tree)
  const undrawn = names.filter((name) => !(name in parents))
  for (const name of undrawn) {
    const named = await readNamedParent(lab, guest, name)
    parents[name] = named !== null && names.includes(named) ? named : null
  }
  const current = await lab.virsh('snapshot-current', guest, '--name')
  return {
    names,
    parents,
    undrawn,
    current: current.code === 0 ? current.stdout.replace(/\n+$/, '') : null,
    tree,
  }
}

/** The parent a snapshot's XML names, known to libvirt or not; null when it names none. */
async function readNamedParent(lab: Pick<LibvirtLab, 'virsh'>, guest: string, name: string): Promise<string | null> {
  const { stdout, code } = await lab.virsh('snapshot-parent', guest, name)
  return code === 0 ? stdout.replace(/\n+$/, '') : null
}

/**
 * virsh draws a root at the line's begin and a child as `+- name` after two columns and four more per level, with `|`
 * rails between. Names run to the line's end, spaces included; they cannot hold a line break.
 */
export function parseTree(tree: string): Record<string, string | null> {
  const parents: Record<string, string | null> = {}
  const path: string[] = []
  for (const line of tree.split('\n')) {
    if (/^[ |]*$/.test(line)) continue
    const child = /^ {2}((?:[ |] {3})*)\+- (.*)$/.exec(line)
    const level = child === null ? 0 : (child[1] ?? '').length / 4 + 1
    const name = child === null ? line : (child[2] ?? '')
    path.length = level
    parents[name] = path[level - 1] ?? null
    path.push(name)
  }
  return parents
}

/** Without the blank lines and rails at the end; spaces that end a name stay. */
const trimLines = (text: string) => text.replace(/(\n[ |]*)+$/, '')
