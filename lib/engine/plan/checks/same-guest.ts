/** Ids are used again where a guest was destroyed: its own mark tells whether it is still the same one. */
import { type CheckRule, passes, warns } from './rule'

export const sameGuest: CheckRule = {
  id: 'same-guest',
  judge({ context: { connection, known } }) {
    const { birthMark, nativeId } = known.facts
    const reused = connection.kind === 'proxmox'
    return birthMark === null && reused
      ? warns({ code: 'not-told', by: connection.name }, { nativeId })
      : passes({ nativeId })
  },
}
