import { describe, expect, it } from 'vitest'
import { newConnectionInput, readAccess } from './input'

const TOKEN = { tokenId: 'snap@pve!ci', tokenSecret: 'b0a1' }
const read = (changes: object) =>
  readAccess(newConnectionInput.parse({ name: 'pve', kind: 'proxmox', ...changes }), {
    kind: 'local',
    osUser: 'root',
    role: 'admin',
  })
const problem = (changes: object) => {
  const access = read({ url: 'pve1', ...changes })
  return access.ok ? null : access.why
}

describe('addresses', () => {
  it.each([
    ['pve1', 'https://pve1:8006'],
    ['PVE1.example:8006', 'https://pve1.example:8006'],
    ['https://pve1/', 'https://pve1:8006'],
    ['https://pve.example:443', 'https://pve.example:443'],
    ['10.0.0.11', 'https://10.0.0.11:8006'],
    ['[fd00::11]:8007', 'https://[fd00::11]:8007'],
  ])('%s', (url, expected) => {
    expect(read({ url, ...TOKEN })).toMatchObject({ value: { address: { urls: [expected] } } })
  })

  it.each([
    'http://pve1',
    'https://root@pve1',
    'https://pve1/api2/json',
    'https://pve1?x',
    'qemu+ssh://pve1/system',
    'two words',
    '-oProxyCommand=x',
    'https://',
    'pve1:99999',
  ])('%s is none', (url) => {
    expect(problem({ url, ...TOKEN })).toMatchObject({ code: 'address-invalid', problem: 'url' })
  })

  it('one or a list, each once', () => {
    expect(read({ url: ['pve1', 'pve2', 'https://pve1:8006'], ...TOKEN })).toMatchObject({
      value: {
        address: { urls: ['https://pve1:8006', 'https://pve2:8006'] },
        text: 'https://pve1:8006, https://pve2:8006',
      },
    })
  })
})

describe('who we are', () => {
  it('a token, also pasted as one piece', () => {
    const login = { method: 'token', tokenId: 'snap@pve!ci', tokenSecret: 'b0a1' }
    expect(read({ url: 'pve1', ...TOKEN })).toMatchObject({ value: { credentials: { login } } })
    expect(read({ url: 'pve1', tokenId: 'snap@pve!ci=b0a1' })).toMatchObject({ value: { credentials: { login } } })
  })

  it('a user, with the realm apart or in the name', () => {
    const login = { method: 'password', username: 'lin', realm: 'pam', password: 'x' }
    for (const user of [
      { username: 'lin', realm: 'pam' },
      { username: 'lin@pam' },
      { username: 'lin@pam', realm: 'pam' },
    ]) {
      expect(read({ url: 'pve1', ...user, password: 'x' })).toMatchObject({ value: { credentials: { login } } })
    }
    const mail = { username: 'lin@example.org', realm: 'ldap', password: 'x' }
    expect(read({ url: 'pve1', ...mail })).toMatchObject({
      value: { address: { user: 'lin@example.org@ldap' }, credentials: { login: { username: 'lin@example.org' } } },
    })
  })

  it('what is missing or malformed is said by its name', () => {
    expect(problem({})).toEqual({ code: 'credentials-missing', field: 'tokenId' })
    expect(problem({ tokenId: 'snap@pve!ci' })).toEqual({ code: 'credentials-missing', field: 'tokenSecret' })
    expect(problem({ username: 'lin' })).toEqual({ code: 'credentials-missing', field: 'realm' })
    expect(problem({ username: 'lin@pam' })).toEqual({ code: 'credentials-missing', field: 'password' })
    for (const tokenId of ['snap', 'snap@pve', 'snap@pve!', 'a b@pve!x', 'snap@pve!x\r\nX: y']) {
      expect(problem({ tokenId, tokenSecret: 'x' })).toMatchObject({ code: 'invalid', errors: [{ path: 'tokenId' }] })
    }
    expect(problem({ ...TOKEN, tokenSecret: 'a\r\nX: y' })).toMatchObject({ errors: [{ path: 'tokenSecret' }] })
    expect(problem({ username: 'lin@pam', password: 'x', totpKey: '123456' })).toMatchObject({
      errors: [{ path: 'totpKey' }],
    })
  })
})

describe('pins', () => {
  it('fingerprints in either spelling, one or a list', () => {
    const hex = 'ab'.repeat(32)
    const fingerprint = ['AB:'.repeat(31).concat('AB'), hex]
    expect(read({ url: 'pve1', ...TOKEN, fingerprint })).toMatchObject({
      value: { credentials: { fingerprints: [hex, hex] } },
    })
    expect(newConnectionInput.safeParse({ name: 'x', kind: 'proxmox', url: 'x', fingerprint: 'AB' }).success).toBe(
      false,
    )
  })

  it('text that is no certificate is refused', () => {
    expect(problem({ ...TOKEN, ca: 'not a certificate' })).toEqual({ code: 'key-unusable', field: 'ca' })
  })
})
