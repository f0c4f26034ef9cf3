/** One reading's way to the cluster: every answer parsed, every "no" a section with its reason. */

import type { z } from 'zod'
import type { Section } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import { type Millis, SECOND } from '@/lib/domain/units'
import type { Answer, ProxmoxClient } from '../client'
import { nodeOf, type Parameters, type Segment } from '../path'
import { parseList, parseOne } from '../wire'

/** A whole inventory waits as long as the client does. */
const PATIENT: Millis = 60 * SECOND
/** A cycle gives a single answer this long, or one node that hangs would make everything else old. */
const BRISK: Millis = 8 * SECOND
/** A node that kept us waiting is not asked again for this long within cycles. */
const NODE_REST: Millis = 60 * SECOND

/** Nodes that keep us waiting, over all readings of one connection. */
export class NodeTroubles {
  readonly #until = new Map<string, { reason: Reason; until: Millis }>()

  constructor(private readonly clock: () => Millis) {}

  note(node: string, reason: Reason): void {
    this.#until.set(node, { reason, until: this.clock() + NODE_REST })
  }

  clear(node: string): void {
    this.#until.delete(node)
  }

  /** Why a node is left alone now, null when it is not. */
  of(node: string): Reason | null {
    const trouble = this.#until.get(node)
    if (trouble === undefined) return null
    if (trouble.until > this.clock()) return trouble.reason
    this.#until.delete(node)
    return null
  }
}

export type SessionInput = {
  client: Pick<ProxmoxClient, 'get'>
  signal: AbortSignal
  pace: () => Promise<void>
  troubles: NodeTroubles
  /** waits for slow answers as long as the client does */
  patient: boolean
}

export class Session {
  constructor(private readonly input: SessionInput) {}

  get aborted(): boolean {
    return this.input.signal.aborted
  }

  pace(): Promise<void> {
    return this.input.pace()
  }

  /** Why a node is not to be asked now. */
  troubleOf(node: string): Reason | null {
    return this.input.troubles.of(node)
  }

  async list<Out>(schema: z.ZodType<Out>, path: readonly Segment[], query: Parameters = {}): Promise<Section<Out[]>> {
    return this.#section(await this.#get(path, query), (data) =>
      parseList(schema, data, path.join('/'), this.input.pace),
    )
  }

  async one<Out>(schema: z.ZodType<Out>, path: readonly Segment[], query: Parameters = {}): Promise<Section<Out>> {
    return this.#section(await this.#get(path, query), async (data) => parseOne(schema, data, path.join('/')))
  }

  /** A list with the moment the server gave it. */
  async dated<Out>(
    schema: z.ZodType<Out>,
    path: readonly Segment[],
  ): Promise<{ rows: Section<Out[]>; serverTime: string | null }> {
    const answer = await this.#get(path, {})
    const rows = await this.#section(answer, (data) => parseList(schema, data, path.join('/'), this.input.pace))
    return { rows, serverTime: answer.ok ? answer.value.serverTime : null }
  }

  async #get(path: readonly Segment[], query: Parameters): Promise<Outcome<Answer>> {
    const node = nodeOf(path)
    const trouble = node === null ? null : this.input.troubles.of(node)
    if (trouble !== null) return { ok: false, why: trouble }
    const { signal, patient } = this.input
    const limit = patient ? PATIENT : BRISK
    const timeout = AbortSignal.timeout(limit)
    const answer = await this.input.client.get(path, query, AbortSignal.any([signal, timeout]))
    if (node !== null) this.#noteNode(node, answer)
    if (answer.ok || answer.why.code !== 'interrupted' || signal.aborted || !timeout.aborted) return answer
    const reason: Reason = { code: 'hung', silentForMillis: limit }
    if (node !== null) this.input.troubles.note(node, reason)
    return { ok: false, why: reason }
  }

  #noteNode(node: string, answer: Outcome<Answer>): void {
    if (answer.ok) this.input.troubles.clear(node)
    else if (answer.why.code === 'hung') this.input.troubles.note(node, answer.why)
  }

  async #section<Out>(answer: Outcome<Answer>, parse: (data: unknown) => Promise<Outcome<Out>>): Promise<Section<Out>> {
    if (!answer.ok) return unread(answer.why)
    const parsed = await parse(answer.value.data)
    return parsed.ok ? read(parsed.value) : unread(parsed.why)
  }
}
