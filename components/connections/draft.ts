/** What is in the connection form, and the address it makes. Pure, so that it can be tested without a browser. */
import type { ConnectionAddress, ConnectionMode } from '@/lib/domain/connection'

export const PLATFORMS = ['proxmox', 'libvirt'] as const
export type Platform = (typeof PLATFORMS)[number]
export type Way = 'local' | 'ssh' | 'tls' | 'tcp'

export type Draft = {
  platform: Platform
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
  /** SHA-256 of pinned certificates, one a line */
  fingerprint: string
  username: string
  password: string
  acceptCleartext: boolean
  mode: ConnectionMode
  /** Proxmox VE: one address, or several separated by commas */
  url: string
  signIn: 'token' | 'password'
  tokenId: string
  tokenSecret: string
  realm: string
  totpKey: string
}

export const EMPTY_DRAFT: Draft = {
  platform: 'proxmox',
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
  url: '',
  signIn: 'token',
  tokenId: '',
  tokenSecret: '',
  realm: 'pam',
  totpKey: '',
}

/** The libvirt URI of a draft: `qemu+ssh://root@kvm-01:2222/system`. */
export function uriOf(draft: Draft): string {
  if (draft.way === 'local') return `qemu:///${draft.scope}`
  const user = draft.way === 'ssh' && draft.user.trim() !== '' ? `${encodeURIComponent(draft.user.trim())}@` : ''
  const port = draft.port.trim() === '' ? '' : `:${draft.port.trim()}`
  return `qemu+${draft.way}://${user}${draft.host.trim()}${port}/system`
}

/** The addresses of a Proxmox VE draft, in the order they are tried. */
export const urlsOf = (draft: Draft): string[] => draft.url.split(/[\s,]+/).filter((each) => each !== '')

/** Pinned certificates of a draft. */
export const pinsOf = (draft: Draft): string[] => draft.fingerprint.split('\n').filter((each) => each !== '')

/** The draft of a stored address; secrets are not part of it and stay empty. */
export function draftOf(name: string, address: ConnectionAddress, mode: ConnectionMode): Draft {
  const draft = { ...EMPTY_DRAFT, name, mode }
  switch (address.kind) {
    case 'libvirt':
      return { ...draft, platform: 'libvirt', ...libvirtParts(address.uri) }
    case 'proxmox': {
      const { urls, user, fingerprints, ca } = address
      const at = user.lastIndexOf('@')
      const login = user.includes('!')
        ? { signIn: 'token' as const, tokenId: user }
        : { signIn: 'password' as const, username: user.slice(0, at), realm: user.slice(at + 1) }
      return { ...draft, ...login, url: urls.join(', '), fingerprint: fingerprints.join('\n'), ca: ca ?? '' }
    }
    case 'vsphere':
      return draft
  }
}

function libvirtParts(uri: string): Pick<Draft, 'way' | 'scope' | 'host' | 'port' | 'user'> {
  const match =
    /^qemu(?:\+(ssh|tls|tcp|unix))?:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/(system|session)/.exec(uri)
  const [, transport, user = '', host = '', port = '', scope] = match ?? []
  const way: Way = transport === 'ssh' || transport === 'tls' || transport === 'tcp' ? transport : 'local'
  return { way, scope: scope === 'session' ? 'session' : 'system', host, port, user: decodeURIComponent(user) }
}

type Field = 'name' | 'host' | 'sshKey' | 'url' | 'tokenId' | 'tokenSecret' | 'pveUser' | 'realm' | 'pvePassword'

/** Required fields that are still empty, by the key of their label. */
export function missingFields(draft: Draft): Field[] {
  const needed: [Field, string][] = [['name', draft.name]]
  if (draft.platform === 'libvirt') {
    if (draft.way !== 'local') needed.push(['host', draft.host])
    if (draft.way === 'ssh') needed.push(['sshKey', draft.sshKey])
  } else {
    needed.push(['url', draft.url])
    if (draft.signIn === 'token') {
      needed.push(['tokenId', draft.tokenId])
      // The whole of it may stand in one field, as Proxmox VE's own header has it.
      if (!draft.tokenId.includes('=')) needed.push(['tokenSecret', draft.tokenSecret])
    } else needed.push(['pveUser', draft.username], ['realm', draft.realm], ['pvePassword', draft.password])
  }
  return needed.filter(([, text]) => text.trim() === '').map(([field]) => field)
}

/** The keys the server reads, with only what belongs to what was chosen. */
export function accessOf(draft: Draft) {
  if (draft.platform === 'libvirt') return libvirtAccess(draft)
  const { signIn, tokenId, tokenSecret, username, realm, password, totpKey, ca } = draft
  return {
    kind: 'proxmox' as const,
    url: urlsOf(draft),
    ca,
    fingerprint: pinsOf(draft),
    ...(signIn === 'token' ? { tokenId, tokenSecret } : { username, realm, password, totpKey }),
  }
}

function libvirtAccess(draft: Draft) {
  const { way, sshKey, knownHosts, ca, cert, key, fingerprint, username, password, acceptCleartext } = draft
  return {
    kind: 'libvirt' as const,
    uri: uriOf(draft),
    ...(way === 'ssh' && { sshKey, knownHosts }),
    ...(way === 'tls' && { ca, cert, key, fingerprint }),
    ...((way === 'tls' || way === 'tcp') && { username, password }),
    acceptCleartext: way === 'tcp' && acceptCleartext,
  }
}
