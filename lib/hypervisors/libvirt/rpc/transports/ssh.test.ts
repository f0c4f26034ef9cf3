import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseKnownHosts } from './host-keys'
import { writePrivateFiles } from './private-files'
import { sshArguments } from './ssh'
import { sshRemoteCommand } from './ssh-command'
import { noSocketExitCode, sshError } from './ssh-errors'

const target = {
  host: 'kvm01',
  port: 2_222,
  user: 'ops',
  driverUri: 'qemu:///system',
  readOnly: false,
  socketPath: null,
}
const files = { pathOf: (name: string) => `/private/${name}`, remove: async () => undefined }

describe('the ssh command line', () => {
  it('checks host keys, asks nothing, reads no configuration, and ends options before the host', () => {
    const args = sshArguments(target, { privateKey: 'key', knownHosts: 'hosts' }, files)
    for (const setting of [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      'UserKnownHostsFile="/private/known_hosts"',
      'GlobalKnownHostsFile=/dev/null',
      'IdentityFile="/private/key"',
      'IdentitiesOnly=yes',
      'PermitLocalCommand=no',
    ]) {
      expect(args).toContain(setting)
    }
    expect(args.slice(0, 2)).toEqual(['-F', 'none'])
    expect(args.slice(-7, -1)).toEqual(['-p', '2222', '-l', 'ops', '--', 'kvm01'])
    expect(args.at(-1)).toContain('exec virt-ssh-helper qemu:///system;')
  })

  it('without keys of ours leaves those of the operating user in place', () => {
    const args = sshArguments({ ...target, user: null }, {}, files).join(' ')
    expect(args).toContain('StrictHostKeyChecking=yes')
    expect(args).not.toMatch(/IdentityFile|UserKnownHostsFile|-l /)
  })

  it('asks the helper for a read-only connection', () => {
    expect(sshRemoteCommand('qemu:///system', true, null)).toContain('virt-ssh-helper -r qemu:///system')
  })

  it('refuses a socket path that a shell would read', () => {
    expect(() => sshRemoteCommand('qemu:///system', false, "/tmp/x'; id; '")).toThrow(RangeError)
  })

  it('on the far side is a command a shell understands, which says so when there is no daemon', () => {
    const command = sshRemoteCommand('qemu:///system', false, '/nonexistent/libvirt-sock')
    const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' })
    expect(status).toBe(noSocketExitCode)
    expect(stderr).toContain('no libvirt socket')
  })
})

describe('what ssh says', () => {
  const changed = '@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.'
  it.each([
    [255, changed, 'ssh-host-key-changed'],
    [
      255,
      'No ED25519 host key is known for kvm01 and you have requested strict checking.\nHost key verification failed.',
      'ssh-host-key-unknown',
    ],
    [255, 'root@kvm01: Permission denied (publickey).', 'ssh-auth'],
    [
      255,
      'Load key "/private/key": error in libcrypto\nroot@kvm01: Permission denied (publickey).',
      'ssh-key-material',
    ],
    [255, 'Load key "/private/key": invalid format\nPermission denied', 'ssh-key-material'],
    [255, 'ssh: Could not resolve hostname kvm01: Name or service not known', 'unknown-host'],
    [255, 'ssh: connect to host kvm01 port 22: Connection refused', 'refused'],
    [255, 'ssh: connect to host kvm01 port 22: No route to host', 'unreachable'],
    [255, 'ssh: connect to host kvm01 port 22: Connection timed out', 'timeout'],
    [255, 'Connection closed by 192.0.2.7 port 22', 'ssh-failed'],
    [255, '', 'ssh-failed'],
    [127, 'sh: 1: nc: not found', 'ssh-remote-command'],
    [1, 'virt-ssh-helper: internal error', 'ssh-remote-command'],
    [1, 'nc: /run/libvirt/libvirt-sock: Permission denied', 'permission'],
    [1, "virt-ssh-helper: Failed to connect socket to '/run/libvirt/libvirt-sock': Connection refused", 'refused'],
    [
      1,
      "virt-ssh-helper: Failed to connect socket to '/run/libvirt/libvirt-sock': No such file or directory",
      'no-socket',
    ],
    [noSocketExitCode, 'no libvirt socket', 'no-socket'],
    [null, 'killed', 'ssh-failed'],
  ])('exit %s, "%s": %s', (code, stderr, kind) => {
    expect(sshError(code, stderr)).toMatchObject({ kind, detail: stderr.trim() })
  })
})

describe('private files', () => {
  it('are for this user only, and gone afterwards', async () => {
    const written = await writePrivateFiles({ key: 'secret\n' })
    const path = written.pathOf('key')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
    expect(await readFile(path, 'utf8')).toBe('secret\n')
    await written.remove()
    await written.remove()
    expect(existsSync(dirname(path))).toBe(false)
  })
})

describe('host keys', () => {
  it('have the fingerprint ssh-keygen prints', () => {
    const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIPtPQhzyGjkKYM8dj5VHPFo2GiNcX3xfQqsZn6yikCek'
    expect(
      parseKnownHosts(`# kvm01:22 SSH-2.0-OpenSSH\n[127.0.0.1]:45933 ssh-ed25519 ${key} comment\nrubbish\n`),
    ).toEqual([
      {
        type: 'ssh-ed25519',
        fingerprint: 'SHA256:17+c+CGXwQSwJaW20U6JkMvMJUbgAWOrYgSzgZsWxRI',
        knownHostsLine: `[127.0.0.1]:45933 ssh-ed25519 ${key}`,
      },
    ])
  })
})
