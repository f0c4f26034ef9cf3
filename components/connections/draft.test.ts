import { describe, expect, it } from 'vitest'
import { accessOf, draftOf, EMPTY_DRAFT, missingFields, uriOf } from './draft'

const LIBVIRT = { ...EMPTY_DRAFT, platform: 'libvirt' as const }

describe('connection form', () => {
  it.each([
    [{ way: 'local' as const, scope: 'session' as const }, 'qemu:///session'],
    [{ way: 'ssh' as const, host: 'kvm-01', port: '2222' }, 'qemu+ssh://root@kvm-01:2222/system'],
    [{ way: 'tls' as const, host: '[fd00::1]' }, 'qemu+tls://[fd00::1]/system'],
    [{ way: 'tcp' as const, host: ' 127.0.0.1 ', port: '16509' }, 'qemu+tcp://127.0.0.1:16509/system'],
  ])('makes the address of %j', (change, uri) => {
    const draft = { ...LIBVIRT, ...change }
    expect(uriOf(draft)).toBe(uri)
    expect(uriOf(draftOf('x', { kind: 'libvirt', uri, cleartextAccepted: false }, 'observe'))).toBe(uri)
  })

  it('sends only what belongs to the chosen way', () => {
    const draft = { ...LIBVIRT, way: 'tls' as const, host: 'h', sshKey: 'a key typed before', ca: 'CA' }
    expect(accessOf(draft)).not.toHaveProperty('sshKey')
    expect(accessOf(draft)).toMatchObject({ ca: 'CA', acceptCleartext: false })
  })

  it('names what is missing', () => {
    expect(missingFields(LIBVIRT)).toEqual(['name', 'host', 'sshKey'])
    expect(missingFields({ ...LIBVIRT, name: 'x', way: 'local' })).toEqual([])
    expect(missingFields(EMPTY_DRAFT)).toEqual(['name', 'url', 'tokenId', 'tokenSecret'])
    const pasted = { ...EMPTY_DRAFT, name: 'x', url: 'pve1', tokenId: 'a@pve!b=secret' }
    expect(missingFields(pasted)).toEqual([])
    expect(missingFields({ ...EMPTY_DRAFT, name: 'x', url: 'pve1', signIn: 'password' })).toEqual([
      'pveUser',
      'pvePassword',
    ])
  })

  it('sends a cluster’s addresses, pins and one way to sign in', () => {
    const draft = {
      ...EMPTY_DRAFT,
      url: ' pve1,  pve2:8006 ',
      tokenId: 'a@pve!b',
      tokenSecret: 's',
      password: 'typed before',
      fingerprint: 'AA\nBB',
    }
    expect(accessOf(draft)).toEqual({
      kind: 'proxmox',
      url: ['pve1', 'pve2:8006'],
      ca: '',
      fingerprint: ['AA', 'BB'],
      tokenId: 'a@pve!b',
      tokenSecret: 's',
    })
  })

  it('is filled from a stored address, without secrets', () => {
    const stored = { urls: ['https://pve1:8006'], fingerprints: ['aa'], authorities: [], ca: null }
    expect(draftOf('x', { kind: 'proxmox', user: 'a@pve!b', ...stored }, 'operate')).toMatchObject({
      platform: 'proxmox',
      signIn: 'token',
      tokenId: 'a@pve!b',
      tokenSecret: '',
      url: 'https://pve1:8006',
      fingerprint: 'aa',
    })
    expect(draftOf('x', { kind: 'proxmox', user: 'lin@example.org@ldap', ...stored }, 'operate')).toMatchObject({
      signIn: 'password',
      username: 'lin@example.org',
      realm: 'ldap',
    })
  })
})
