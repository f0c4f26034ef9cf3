import type { SaslConversation } from './mechanism'

/** PLAIN (RFC 4616): name and password as they are. Only for connections nobody can read along. */
export function plainConversation(username: string, password: string): SaslConversation {
  let complete = false
  return {
    mechanism: 'PLAIN',
    start() {
      complete = true
      return Buffer.from(`\0${username}\0${password}`, 'utf8')
    },
    step: async () => null,
    get complete() {
      return complete
    },
  }
}
