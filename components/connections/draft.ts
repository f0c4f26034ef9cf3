/** What is in the connection form, and the address it makes. Pure, so that it can be tested without a browser. */
import type { ConnectionMode } from '@/lib/domain/connection'

export type Way = 'local' | 'ssh' | 'tls' | 'tcp'

export type Draft = {
  name: string
  way: Way
  scope: 'system' | 'session'
  host: string
  port: string
  user: string
  sshKey: string
  knownHosts: string
  ca: string
  cert: string
  key: string
  fingerprint: string
  username: string
  password: string
  acceptCleartext: boolean
  mode: ConnectionMode
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  way: 'ssh',
  scope: 'system',
  host: '',
  port: '',
  user: 'root',
  sshKey: '',
  knownHosts: '',
  ca: '',
  cert: '',
  key: '',
  fingerprint: '',
  username: '',
  password: '',
  acceptCleartext: false,
  mode: 'observe',
}

/** The libvirt URI of a draft: `qemu+ssh://root@kvm-01:2222/system`. */
export function uriOf(draft: Draft): string {
  if (draft.way === 'local') return `qemu:///${draft.scope}`
  const user = draft.way === 'ssh' && draft.user.trim() !== '' ? `${encodeURIComponent(draft.user.trim())}@` : ''
  const port = draft.port.trim() === '' ? '' : `:${draft.port.trim()}`
  return `qemu+${draft.way}://${user}${draft.host.trim()}${port}/system`
}

/** The draft of a stored address; secrets are not part of it and stay empty. */
export function draftOf(name: string, uri: string, mode: ConnectionMode): Draft {
  const match =
    /^qemu(?:\+(ssh|tls|tcp|unix))?:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/(system|session)/.exec(uri)
  const [, transport, user = '', host = '', port = '', scope] = match ?? []
  const way: Way = transport === 'ssh' || transport === 'tls' || transport === 'tcp' ? transport : 'local'
  return {
    ...EMPTY_DRAFT,
    name,
    mode,
    way,
    scope: scope === 'session' ? 'session' : 'system',
    host,
    port,
    user: decodeURIComponent(user),
  }
}

/** Required fields that are still empty, by their key. */
export function missingFields(draft: Draft): ('name' | 'host' | 'sshKey')[] {
  const missing: ('name' | 'host' | 'sshKey')[] = []
  if (draft.name.trim() === '') missing.push('name')
  if (draft.way !== 'local' && draft.host.trim() === '') missing.push('host')
  if (draft.way === 'ssh' && draft.sshKey.trim() === '') missing.push('sshKey')
  return missing
}

/** The keys the server reads, with only what belongs to the chosen way. */
export function accessOf(draft: Draft) {
  const { way, sshKey, knownHosts, ca, cert, key, fingerprint, username, password, acceptCleartext } = draft
  return {
    uri: uriOf(draft),
    ...(way === 'ssh' && { sshKey, knownHosts }),
    ...(way === 'tls' && { ca, cert, key, fingerprint }),
    ...((way === 'tls' || way === 'tcp') && { username, password }),
    acceptCleartext: way === 'tcp' && acceptCleartext,
  }
}
