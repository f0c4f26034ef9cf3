import { usage } from './arguments'
import type { Backend } from './backend'
import { printable, refuse, valueFrom } from './output'

/** A guest by its id or its name; a name that several have is none. */
export async function guestIdOf(backend: Backend, text: string): Promise<string> {
  const found = valueFrom(await backend.findGuests(text)).filter(({ id, name }) => id === text || name === text)
  const [only, ...others] = found
  if (only === undefined) return refuse({ code: 'missing', what: 'guest', name: text })
  if (others.length === 0) return only.id
  const connections = new Map(valueFrom(await backend.connections()).map(({ id, name }) => [id, name]))
  const which = found.map(({ id, connectionId }) => `${id} on ${connections.get(connectionId) ?? connectionId}`)
  throw usage(printable(`Several guests are called ${text}: name one by its id (${which.join(', ')}).`))
}
