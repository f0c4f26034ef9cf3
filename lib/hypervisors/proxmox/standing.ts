/** What a cluster says of itself as a whole: whether it has quorum, and where its other nodes are. */
import type { StatusRow } from './wire'

/** Null = a single server, or not told. */
export function isQuorate(rows: readonly StatusRow[]): boolean | null {
  const quorate = rows.find(({ type }) => type === 'cluster')?.quorate ?? null
  return quorate === null ? null : quorate !== 0
}

/**
 * Where else than at `answering` this cluster answers: its nodes, at the port the answering one has. That one is left out
 * where it was reached by a name; by its address it stays in the list that it told itself.
 */
export function otherServers(rows: readonly StatusRow[], answering: string): string[] {
  const { port } = new URL(answering)
  return rows
    .flatMap(({ type, ip, local }) => {
      if (type !== 'node' || ip === null) return []
      const origin = `https://${ip.includes(':') ? `[${ip}]` : ip}:${port}`
      return local && origin !== answering ? [] : [origin]
    })
    .sort()
}
