import { describe, expect, it } from 'vitest'
import { accessOf, draftOf, EMPTY_DRAFT, missingFields, uriOf } from './draft'

describe('connection form', () => {
  it.each([
    [{ way: 'local' as const, scope: 'session' as const }, 'qemu:///session'],
    [{ way: 'ssh' as const, host: 'kvm-01', port: '2222' }, 'qemu+ssh://root@kvm-01:2222/system'],
    [{ way: 'tls' as const, host: '[fd00::1]' }, 'qemu+tls://[fd00::1]/system'],
    [{ way: 'tcp' as const, host: ' 127.0.0.1 ', port: '16509' }, 'qemu+tcp://127.0.0.1:16509/system'],
  ])('makes the address of %j', (change, uri) => {
    const draft = { ...EMPTY_DRAFT, ...change }
    expect(uriOf(draft)).toBe(uri)
    expect(uriOf(draftOf('x', uri, 'observe'))).toBe(uri)
  })

  it('sends only what belongs to the chosen way', () => {
    const draft = { ...EMPTY_DRAFT, way: 'tls' as const, host: 'h', sshKey: 'a key typed before', ca: 'CA' }
    expect(accessOf(draft)).not.toHaveProperty('sshKey')
    expect(accessOf(draft)).toMatchObject({ ca: 'CA', acceptCleartext: false })
  })

  it('names what is missing', () => {
    expect(missingFields(EMPTY_DRAFT)).toEqual(['name', 'host', 'sshKey'])
    expect(missingFields({ ...EMPTY_DRAFT, name: 'x', way: 'local' })).toEqual([])
  })
})
