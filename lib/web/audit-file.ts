import { exportAudit } from '@/lib/services/audit/export'
import type { Context } from '@/lib/services/context'
import type { SealedEntry } from '@/lib/store/audit-chain'
import { httpRefusal } from './status'

/** The whole audit log as a file of JSON lines, the same as `snapwarden audit export` prints; read while it is sent. */
export async function openAuditFile({ ctx }: { ctx: Context }): Promise<Response> {
  const entries = await exportAudit({ ctx, input: {} })
  if (!entries.ok) {
    const { status, title } = httpRefusal(entries.why)
    return Response.json({ title, status, why: entries.why }, { status })
  }
  return new Response(streamOf(entries.value), {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="snapwarden-audit-${ctx.now.slice(0, 10)}.jsonl"`,
      'cache-control': 'private, no-store',
    },
  })
}

function streamOf(entries: AsyncIterable<SealedEntry>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const each = entries[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const next = await each.next()
      if (next.done === true) controller.close()
      else controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`))
    },
    cancel: async () => {
      await each.return?.()
    },
  })
}
