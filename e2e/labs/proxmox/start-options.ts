import type { ClusterState } from './state'

/** `--password 'USER@REALM=…'` and `--token 'USER@REALM!ID=UUID'`: sets secrets of users and tokens that exist. */
export function applyCredentials(
  state: ClusterState,
  passwords: readonly string[],
  tokens: readonly string[],
): string | undefined {
  for (const given of passwords) {
    const [id, secret] = cutAtFirst(given)
    const user = state.users.get(id)
    if (secret === undefined) return `--password wants USER@REALM=PASSWORD, got '${id}' alone`
    if (user === undefined) return `unknown user '${id}'; there are ${[...state.users.keys()].join(', ')}`
    user.password = secret
  }
  for (const given of tokens) {
    const [id, secret] = cutAtFirst(given)
    const token = state.tokens.get(id)
    if (secret === undefined) return `--token wants USER@REALM!ID=UUID, got '${id}' alone`
    if (token === undefined) return `unknown token '${id}'; there are ${[...state.tokens.keys()].join(', ')}`
    token.secret = secret
  }
  return undefined
}

function cutAtFirst(text: string): [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
