import { describe, expect, it } from 'vitest'
import { isLoopbackHost, needsCleartextAcceptance, parseLibvirtUri, portOf, UriError } from './uri'

describe('addresses that are understood', () => {
  it.each([
    ['qemu:///system', { driver: 'qemu', transport: 'unix', host: null, driverUri: 'qemu:///system' }],
    ['qemu:///session', { transport: 'unix', path: '/session' }],
    ['qemu+unix:///system', { transport: 'unix', socketPath: null }],
    ['qemu:///system?socket=/run/my-libvirt/libvirt-sock', { socketPath: '/run/my-libvirt/libvirt-sock' }],
    ['qemu+ssh://kvm01/system?socket=%2Frun%2Fvirtqemud-sock', { socketPath: '/run/virtqemud-sock' }],
    ['qemu+tls://kvm01/system?no_verify=0', { transport: 'tls', socketPath: null }],
    ['qemu+ssh://kvm01/system?known_hosts_verify=normal&sshauth=privkey', { transport: 'ssh' }],
    [
      'QEMU+SSH://root@kvm-01.example.com:2222/system',
      { transport: 'ssh', user: 'root', host: 'kvm-01.example.com', port: 2222 },
    ],
    ['qemu+ssh://kvm01/session', { transport: 'ssh', user: null, port: null, driverUri: 'qemu:///session' }],
    ['qemu+ssh://DOMAIN%5Cops@kvm01/system', { user: 'DOMAIN\\ops' }],
    ['qemu+tls://kvm01/system', { transport: 'tls', host: 'kvm01' }],
    ['qemu://kvm01/system', { transport: 'tls' }],
    ['qemu+tcp://192.0.2.7/system', { transport: 'tcp', host: '192.0.2.7' }],
    ['qemu+tls://[2001:db8::7]:16000/system', { host: '2001:db8::7', port: 16_000 }],
    ['test+unix:///default', { driver: 'test', path: '/default', driverUri: 'test:///default' }],
    ['test+unix:///tmp/lab-1/node.xml', { driverUri: 'test:///tmp/lab-1/node.xml' }],
  ])('%s', (text, expected) => {
    expect(parseLibvirtUri(text)).toMatchObject(expected)
  })

  it.each([
    ['qemu+ssh://kvm01/system', 22],
    ['qemu+tls://kvm01/system', 16_514],
    ['qemu+tcp://kvm01/system', 16_509],
    ['qemu+tcp://kvm01:1/system', 1],
    ['qemu:///system', null],
  ])('the port of %s is %s', (text, port) => {
    expect(portOf(parseLibvirtUri(text))).toBe(port)
  })
})

describe('addresses that are refused, naming what is wrong', () => {
  it.each([
    'command',
    'netcat',
    'no_verify',
    'known_hosts_verify',
    'pkipath',
    'sshauth',
    'keyfile',
    'mode',
    'no%5Fverify',
    'anything',
  ])('with the parameter %s', (name) => {
    const error = refusalOf(`qemu+ssh://kvm01/system?${name}=1`)
    expect(error).toMatchObject({ part: 'parameter', value: decodeURIComponent(name) })
  })

  it('with a socket where there is none, or one that is no plain path', () => {
    expect(refusalOf('qemu+tls://kvm01/system?socket=/run/x')).toMatchObject({ part: 'parameter', value: 'socket' })
    for (const path of [
      '',
      'x',
      'run/x',
      '/',
      '/run/../x',
      '/run/./x',
      '/run//x',
      '/run/x/',
      "/run/x';id",
      '/run/x%00',
    ])
      expect(refusalOf(`qemu+ssh://kvm01/system?socket=${path}`).part).toBe('socket')
  })

  it('with a check switched off, even behind one that is not', () => {
    for (const value of ['1', '', '00', 'ignore', 'auto'])
      expect(refusalOf(`qemu+tls://kvm01/system?no_verify=0&no_verify=${value}`).part).toBe('parameter')
    expect(refusalOf('qemu+ssh://kvm01/system?toString=1').part).toBe('parameter')
    expect(refusalOf('qemu+ssh://kvm01/system?constructor').part).toBe('parameter')
  })

  it('with a forbidden parameter behind others or without a value', () => {
    expect(refusalOf('qemu+ssh://kvm01/system?&command')).toMatchObject({ part: 'parameter', value: 'command' })
  })

  it.each<[string, UriError['part']]>([
    ['qemu+ssh://-oProxyCommand=id/system', 'host'],
    ['qemu+ssh://-oProxyCommand%3Did@kvm01/system', 'user'],
    ['qemu+ssh://ops:secret@kvm01/system', 'password'],
    ['qemu+ssh://kvm01;id/system', 'host'],
    ['qemu+ssh://$(id)/system', 'host'],
    ['qemu+ssh://kvm 01/system', 'text'],
    ['qemu+ssh://kvm01\n/system', 'text'],
    ['qemu+ssh:///system', 'host'],
    ['qemu+unix://kvm01/system', 'host'],
    ['qemu+tls://user@kvm01/system', 'user'],
    ['qemu+ssh://kvm01:0/system', 'port'],
    ['qemu+ssh://kvm01:65536/system', 'port'],
    ['qemu+ssh://kvm01:22x/system', 'host'],
    ['qemu+ssh://[::1/system', 'host'],
    ['qemu+ssh://[localhost]/system', 'host'],
    ['qemu+ssh://[fe80::1%25eth0]/system', 'host'],
    ['qemu+ext://kvm01/system', 'transport'],
    ['qemu+libssh2://kvm01/system', 'transport'],
    ["qemu+ssh://kvm01/system'", 'path'],
    ['qemu+ssh://kvm01/system%27;id', 'path'],
    ['qemu+ssh://kvm01/', 'path'],
    ['qemu:///embed', 'path'],
    ['esx://host/', 'driver'],
    ['qemu+ssh://%zz/system', 'host'],
    ['qemu+ssh://%zz@kvm01/system', 'user'],
    ['', 'text'],
    ['kvm01', 'text'],
    ['https://kvm01/system#x', 'text'],
  ])('%s', (text, part) => {
    expect(refusalOf(text).part).toBe(part)
  })
})

describe('unencrypted connections', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])(
    '%s stays on this machine',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true)
    },
  )

  it.each([
    '127.0.0.1.example.com',
    '128.0.0.1',
    'localhost.example.com',
    '::2',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    '127.evil',
  ])('%s does not', (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  })

  it.each([
    ['qemu+tcp://192.0.2.7/system', true],
    ['qemu+tcp://127.0.0.1/system', false],
    ['qemu+tcp://[::1]/system', false],
    ['qemu+tls://192.0.2.7/system', false],
    ['qemu+ssh://192.0.2.7/system', false],
    ['qemu:///system', false],
  ])('%s needs to be accepted: %s', (text, needed) => {
    expect(needsCleartextAcceptance(parseLibvirtUri(text))).toBe(needed)
  })
})

function refusalOf(text: string): UriError {
  try {
    parseLibvirtUri(text)
  } catch (error) {
    if (error instanceof UriError) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}
