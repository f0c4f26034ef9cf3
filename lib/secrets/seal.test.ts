import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readKeyFile } from './key-file'
import { instanceKeyOf, seal, unseal } from './seal'

const key = instanceKeyOf(Buffer.alloc(32, 7))
const REFUSED = { ok: false, why: { code: 'unlock-failed' } }

describe('sealing', () => {
  test('opens to the same text, and never looks the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, id) => {
        const first = seal(key, id, text)
        expect(unseal(key, id, first)).toEqual({ ok: true, value: text })
        expect(first.sealed.equals(seal(key, id, text).sealed)).toBe(false)
      }),
    )
  })

  test('another key, another record and any changed byte open nothing', () => {
    const sealed = seal(key, 'connection-1', 'password')
    expect(unseal(instanceKeyOf(Buffer.alloc(32, 8)), 'connection-1', sealed)).toMatchObject(REFUSED)
    expect(unseal(key, 'connection-2', sealed)).toMatchObject(REFUSED)
    for (let place = 0; place < sealed.sealed.length; place += 1) {
      const changed = Buffer.from(sealed.sealed)
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place)
      expect(unseal(key, 'connection-1', { ...sealed, sealed: changed })).toMatchObject(REFUSED)
    }
    expect(unseal(key, 'connection-1', { ...sealed, sealed: Buffer.alloc(3) })).toMatchObject(REFUSED)
  })

  test('the key file must be private and hold a key', () => {
    const directory = mkdtempSync(join(tmpdir(), 'snapwarden-key-'))
    const path = join(directory, 'instance.key')
    writeFileSync(path, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
    expect(readKeyFile(path).id).toBe(key.id)
    chmodSync(path, 0o640)
    expect(() => readKeyFile(path)).toThrow('chmod 600')
    chmodSync(path, 0o600)
    writeFileSync(path, 'short')
    expect(() => readKeyFile(path)).toThrow('restore it')
    rmSync(directory, { recursive: true })
  })
})
