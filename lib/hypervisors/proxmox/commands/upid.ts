/** Task ids. A UPID names node, start, kind, guest and who asked; of a snapshot it says nothing. */

export type Upid = {
  node: string
  /** Hundredths of a second since the node booted, so that tasks of one second have an order. */
  pstart: number
  /** Whole seconds since 1970, on the node's clock. */
  startedSeconds: number
  type: string
  id: string
  /** `user@realm`, or `user@realm!token` */
  by: string
}

const UPID = /^UPID:([^:\s]+):[0-9A-F]{8}:([0-9A-F]{8,9}):([0-9A-F]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/i

/** Reads a UPID; null when it is none. */
export function parseUpid(text: string): Upid | null {
  const [, node, pstart, started, type, id, by] = UPID.exec(text) ?? []
  if (node === undefined || pstart === undefined || started === undefined) return null
  if (type === undefined || id === undefined || by === undefined) return null
  return {
    node,
    pstart: Number.parseInt(pstart, 16),
    startedSeconds: Number.parseInt(started, 16),
    type,
    id,
    by,
  }
}

/** What Proxmox VE answers without a task is over when it answers: the reference itself says that it was done. */
export const doneRef = (what: string): string => `done:${what}`
export const isDoneRef = (upid: string): boolean => upid.startsWith('done:')
