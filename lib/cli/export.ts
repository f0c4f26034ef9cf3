import { VERSION } from '@/lib/config'
import type { Outcome } from '@/lib/domain/result'
import type { Backend } from './backend'
import type { Output } from './output'

/** Guests read at once; more would not be faster, and each is held in memory. */
const AT_ONCE = 8

/**
 * Writes everything known as one JSON document, guest by guest: an inventory of any size needs little memory.
 * @param valueFrom what to do with a refusal: it ends the command
 */
export async function writeExport(
  backend: Backend,
  output: Output,
  valueFrom: <T>(outcome: Outcome<T>) => T,
): Promise<void> {
  valueFrom(await backend.beginExport())
  const connections = valueFrom(await backend.connections())
  const head = { format: 'snapwarden-export/1', version: VERSION, exportedAt: new Date().toISOString() }
  output.out(`${JSON.stringify(head).slice(0, -1)},\n"connections":${JSON.stringify(connections)},\n"guests":[`)
  let batch: string[] = []
  let first = true
  const flush = async () => {
    const read = await Promise.all(batch.map((id) => backend.guest(id)))
    batch = []
    for (const outcome of read) {
      // A guest that went away meanwhile is no part of what is known now.
      if (!outcome.ok && outcome.why.code === 'missing') continue
      const { guest, snapshots } = valueFrom(outcome)
      output.out(`${first ? '\n' : ',\n'}${JSON.stringify({ ...guest, snapshots })}`)
      first = false
    }
  }
  for await (const id of backend.guestIds()) {
    batch.push(valueFrom(id))
    if (batch.length >= AT_ONCE) await flush()
  }
  await flush()
  output.out(`\n],\n"storages":${JSON.stringify(valueFrom(await backend.storages()))}}\n`)
}
