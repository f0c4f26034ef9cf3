import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readConfig, readNoticeUrl } from './config'
import { readPublicUrl, readTrustedProxies } from './settings.mjs'

const database = { DATABASE_URL: 'postgresql://somebody:secret@127.0.0.1/snapwarden' }

describe('readConfig', () => {
  it('places key and set-up code in the data directory unless told otherwise', () => {
    expect(readConfig({ ...database, SNAPWARDEN_DATA: '/srv/snap' })).toMatchObject({
      dataDirectory: '/srv/snap',
      keyFile: '/srv/snap/instance.key',
      setupCodeFile: '/srv/snap/setup-code',
      host: '127.0.0.1',
      port: 3000,
      demo: false,
      publicUrl: null,
      trustedProxies: [],
    })
    const elsewhere = readConfig({ ...database, SNAPWARDEN_DATA: '/srv/snap', SNAPWARDEN_KEY_FILE: '/run/secrets/key' })
    expect(elsewhere.keyFile).toBe('/run/secrets/key')
  })

  it('names what is missing or malformed', () => {
    expect(() => readConfig({})).toThrow('DATABASE_URL is not set')
    expect(() => readConfig({ ...database, PORT: 'eighty' })).toThrow(/port must be a number/)
    expect(() => readConfig({ ...database, PORT: '70000' })).toThrow(/port must be a number/)
  })
})

describe('the links in notices', () => {
  it.each([
    [{ PORT: '4107' }, 'http://127.0.0.1:4107'],
    [{ PORT: '4107', SNAPWARDEN_HOST: '10.0.0.5' }, 'http://10.0.0.5:4107'],
    [{ PORT: '4107', SNAPWARDEN_HOST: '::1' }, 'http://[::1]:4107'],
    [{ PORT: '4107', SNAPWARDEN_HOST: '0.0.0.0' }, `http://${hostname()}:4107`],
    [{ PORT: '4107', SNAPWARDEN_URL: 'https://snap.example' }, 'https://snap.example'],
  ])('of %o begin with %s', (environment, url) => {
    expect(readNoticeUrl({ ...database, ...environment })).toBe(url)
  })
})

describe('readPublicUrl', () => {
  it('takes an origin and drops the final slash', () => {
    expect(readPublicUrl('https://snapwarden.example/')).toBe('https://snapwarden.example')
    expect(readPublicUrl('http://10.0.0.5:3000')).toBe('http://10.0.0.5:3000')
    expect(readPublicUrl(' ')).toBeNull()
  })

  it.each(['snapwarden.example', 'ftp://a', 'https://a/b', 'https://u:p@a', 'https://a?x=1'])('refuses %s', (text) => {
    expect(() => readPublicUrl(text)).toThrow(/public address/)
  })
})

describe('readTrustedProxies', () => {
  it('splits addresses and networks', () => {
    expect(readTrustedProxies('127.0.0.1, 10.0.0.0/8 ::1')).toEqual(['127.0.0.1', '10.0.0.0/8', '::1'])
    expect(readTrustedProxies(undefined)).toEqual([])
  })

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '::1/129'])('refuses %s', (text) => {
    expect(() => readTrustedProxies(text)).toThrow(/TRUSTED_PROXIES takes/)
  })
})
