import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { afterCrash, NO_FAILURES } from './backoff.mjs'
import { ensureInstanceKey } from './instance-key.mjs'
import { linkLibraries } from './postgres-binaries.mjs'
import { openRotatingLog } from './rotating-log.mjs'
import { ensureSetupCode } from './setup-code.mjs'
import { hashSources } from './source-hash.mjs'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-parts-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('the back-off of a crashing process', () => {
  it('grows to a bound and starts over after a healthy run', () => {
    const delays: number[] = []
    let backoff = NO_FAILURES
    for (let crash = 0; crash < 8; crash += 1) {
      backoff = afterCrash(backoff, 100)
      delays.push(backoff.delayMs)
    }
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
    expect(delays.at(-1)).toBe(30_000)
    expect(afterCrash(backoff, 60_000)).toEqual({ failures: 1, delayMs: delays[0] })
  })
})

describe('ensureInstanceKey', () => {
  const file = () => join(directory, 'instance.key')

  it('makes a key once and keeps it', () => {
    ensureInstanceKey({ file: file(), somethingSealed: false })
    const key = readFileSync(file(), 'utf8')
    ensureInstanceKey({ file: file(), somethingSealed: true })
    expect(readFileSync(file(), 'utf8')).toBe(key)
    expect(modeOf(file())).toBe('600')
  })

  it('refuses to make one when something is sealed with another', () => {
    expect(() => ensureInstanceKey({ file: file(), somethingSealed: true })).toThrow(/missing.*restore it/)
    expect(readdirSync(directory)).toEqual([])
  })

  it.each(['', 'too short', Buffer.alloc(31).toString('base64')])('refuses what is no key: %j', (text) => {
    writeFileSync(file(), text)
    expect(() => ensureInstanceKey({ file: file(), somethingSealed: false })).toThrow(/does not hold an instance key/)
  })

  it('closes a key file others could read', () => {
    writeFileSync(file(), Buffer.alloc(32, 1).toString('base64'), { mode: 0o644 })
    ensureInstanceKey({ file: file(), somethingSealed: true })
    expect(modeOf(file())).toBe('600')
  })
})

describe('ensureSetupCode', () => {
  const file = () => join(directory, 'setup-code')

  it('keeps one code until there is an administrator, then removes it', () => {
    const code = ensureSetupCode({ file: file(), administratorExists: false })
    expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}$/)
    expect(ensureSetupCode({ file: file(), administratorExists: false })).toBe(code)
    expect(modeOf(file())).toBe('600')
    expect(ensureSetupCode({ file: file(), administratorExists: true })).toBeNull()
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('openRotatingLog', () => {
  it('never grows beyond its bound and keeps three old files', () => {
    const log = openRotatingLog(join(directory, 'x.log'), { maxBytes: 100 })
    for (let line = 0; line < 100; line += 1) log.write(`line number ${line}\n`)
    log.close()
    expect(readdirSync(directory).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2', 'x.log.3'])
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(100)
    expect(readFileSync(join(directory, 'x.log'), 'utf8')).toContain('line number 99')
  })

  it('goes on where the last run ended', () => {
    for (const word of ['one', 'two']) {
      const log = openRotatingLog(join(directory, 'x.log'))
      log.write(`${word}\n`)
      log.close()
    }
    expect(readFileSync(join(directory, 'x.log'), 'utf8')).toBe('one\ntwo\n')
  })
})

describe('hashSources', () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(directory, path, '..'), { recursive: true })
    writeFileSync(join(directory, path), text)
  }

  it('changes with content and names, and with nothing else', () => {
    write('lib/a.ts', '1')
    const hash = hashSources(directory, ['lib', 'absent.ts'])
    write('lib/a.test.ts', 'a test')
    write('lib/testing/builders.ts', 'a builder')
    write('lib/a.ts', '1')
    expect(hashSources(directory, ['lib', 'absent.ts'])).toBe(hash)
    write('lib/a.ts', '2')
    expect(hashSources(directory, ['lib'])).not.toBe(hash)
    rmSync(join(directory, 'lib/a.ts'))
    write('lib/b.ts', '1')
    expect(hashSources(directory, ['lib'])).not.toBe(hash)
  })
})

describe('linkLibraries', () => {
  it("makes the links npm's install scripts would have made, once", () => {
    write('native/lib/libicu.so.60.2')
    write(
      'native/pg-symlinks.json',
      JSON.stringify([{ source: 'native/lib/libicu.so.60.2', target: 'native/lib/libicu.so.60' }]),
    )
    linkLibraries(directory)
    linkLibraries(directory)
    expect(readlinkSync(join(directory, 'native/lib/libicu.so.60'))).toBe('libicu.so.60.2')
  })

  function write(path: string, text = ''): void {
    mkdirSync(join(directory, path, '..'), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
})
