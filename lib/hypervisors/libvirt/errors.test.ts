import { describe, expect, it } from 'vitest'
import { nameOf, needsAcceptance, parseAddress } from './address'
import { faultOf, reasonOf, refusedBy } from './errors'
import {
  LibvirtError,
  type LibvirtErrorName,
  libvirtErrorCodes,
  TransportError,
  type TransportErrorKind,
} from './rpc/errors'
import { XdrError } from './rpc/xdr'

const libvirt = (name: LibvirtErrorName, message = 'text that differs between versions') =>
  new LibvirtError('domain_get_xml_desc', {
    code: libvirtErrorCodes[name],
    domain: 10,
    message,
    level: 2,
    str1: null,
    str2: null,
    str3: null,
    int1: 0,
    int2: 0,
  })
const transport = (kind: TransportErrorKind) => new TransportError(kind, 'words')

describe('what a call rejected with', () => {
  it('becomes a reason by libvirt’s number', () => {
    const code = (name: LibvirtErrorName) => reasonOf(libvirt(name), 'kvm01')
    expect(code('operationDenied')).toEqual({ code: 'not-permitted', privilege: 'domain_get_xml_desc' })
    expect(code('accessDenied')).toMatchObject({ code: 'not-permitted' })
    expect(code('authUnavailable')).toEqual({ code: 'credentials-refused', method: 'polkit' })
    expect(code('authFailed')).toEqual({ code: 'credentials-refused', method: 'sasl' })
    expect(code('noDomain')).toMatchObject({ code: 'missing', what: 'guest' })
    expect(code('noSupport')).toEqual({ code: 'not-told', by: 'libvirt' })
    expect(code('operationTimeout')).toMatchObject({ code: 'guest-busy' })
    expect(code('internal')).toEqual({ code: 'rejected', text: 'text that differs between versions' })
  })

  it('becomes a reason by how the connection failed', () => {
    const code = (kind: TransportErrorKind) => reasonOf(transport(kind), 'kvm01')
    expect(code('refused')).toEqual({ code: 'unreachable', address: 'kvm01', cause: 'refused' })
    expect(code('unreachable')).toEqual({ code: 'unreachable', address: 'kvm01', cause: 'network' })
    expect(code('hung')).toMatchObject({ code: 'hung' })
    expect(code('aborted')).toEqual({ code: 'interrupted' })
    expect(code('ssh-auth')).toEqual({ code: 'credentials-refused', method: 'ssh-key' })
    expect(code('tls-expired')).toMatchObject({ code: 'certificate-invalid', problem: 'expired' })
    expect(code('auth-unsupported')).toMatchObject({ code: 'authentication-unsupported' })
    expect(code('ssh-remote-command')).toMatchObject({ code: 'protocol' })
    expect(reasonOf(new XdrError('a length is wrong'), 'x')).toEqual({ code: 'protocol', problem: 'a length is wrong' })
  })

  it('keeps libvirt’s own words for the log, bounded', () => {
    expect(refusedBy(libvirt('internal', 'x'.repeat(9_000)), 'kvm01')).toMatchObject({
      ok: false,
      native: { source: 'libvirt', code: 1, text: 'x'.repeat(500) },
    })
    expect(faultOf(transport('closed'))).toEqual({ source: 'connection', code: 'closed', text: 'words' })
  })

  it('is thrown again when it is our own bug', () => {
    expect(() => reasonOf(new TypeError('x is not a function'), 'kvm01')).toThrow(TypeError)
  })
})

describe('an address', () => {
  const problem = (uri: string) => {
    const parsed = parseAddress(uri)
    return parsed.ok ? 'ok' : parsed.why.code === 'address-invalid' ? parsed.why.problem : parsed.why.code
  }

  it('is refused with what is wrong with it', () => {
    expect(problem('qemu:///system')).toBe('ok')
    expect(problem('qemu+ssh://lin@kvm01.example/system')).toBe('ok')
    expect(problem('qemu+ssh://-oProxyCommand=x/system')).toBe('dash')
    expect(problem('qemu+ssh://-l@kvm01/system')).toBe('dash')
    expect(problem('qemu+ssh://kvm01/system?command=/bin/sh')).toBe('parameter')
    expect(problem('qemu+tls://kvm01/system?no_verify=1')).toBe('parameter')
    expect(problem('qemu+quic://kvm01/system')).toBe('scheme')
    expect(problem('http://kvm01/')).toBe('scheme')
    expect(problem('qemu+tcp://kvm01/somewhere')).toBe('path')
    expect(problem('kvm01')).toBe('syntax')
  })

  it('is called by its host, and asks for acceptance where everybody can listen', () => {
    const told = (uri: string) => {
      const parsed = parseAddress(uri)
      return parsed.ok ? [nameOf(parsed.value), needsAcceptance(parsed.value)] : null
    }
    expect(told('qemu:///system')).toEqual(['qemu:///system', false])
    expect(told('qemu+tcp://kvm01:1234/system')).toEqual(['kvm01:1234', true])
    expect(told('qemu+tcp://127.0.0.1/system')).toEqual(['127.0.0.1', false])
    expect(told('qemu+tls://kvm01/system')).toEqual(['kvm01', false])
  })
})
