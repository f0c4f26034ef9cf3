import { describe, expect, it } from 'vitest'
import { readOptions } from './options.mjs'
import { Problem } from './problem.mjs'
import { root } from './root.mjs'

describe('readOptions', () => {
  it('has defaults for everything', () => {
    expect(readOptions([], {})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      data: `${root}/.data`,
      databaseUrl: null,
      publicUrl: null,
      keyFile: `${root}/.data/instance.key`,
      trustedProxies: '',
      demo: false,
    })
  })

  it('takes the environment over defaults and flags over both', () => {
    const environment = {
      PORT: '4000',
      SNAPWARDEN_HOST: '0.0.0.0',
      SNAPWARDEN_DATA: '/srv/a',
      SNAPWARDEN_URL: 'https://a.example/',
      SNAPWARDEN_KEY_FILE: '/run/key',
      SNAPWARDEN_TRUSTED_PROXIES: '10.0.0.0/8 ::1',
      DATABASE_URL: 'postgresql://u@h/d',
    }
    expect(readOptions([], environment)).toEqual({
      port: 4000,
      host: '0.0.0.0',
      data: '/srv/a',
      databaseUrl: 'postgresql://u@h/d',
      publicUrl: 'https://a.example',
      keyFile: '/run/key',
      trustedProxies: '10.0.0.0/8,::1',
      demo: false,
    })
    const flags = ['--port', '5000', '--host', '::1', '--data=/srv/b', '--public-url', 'https://b.example']
    expect(readOptions(flags, environment)).toMatchObject({
      port: 5000,
      host: '::1',
      data: '/srv/b',
      publicUrl: 'https://b.example',
    })
  })

  it('keeps the demo out of a database that people work with', () => {
    const environment = { DATABASE_URL: 'postgresql://u:p@db:5432/live' }
    expect(readOptions(['--demo'], environment)).toMatchObject({ databaseUrl: null })
    expect(readOptions([], environment)).toMatchObject({ databaseUrl: environment.DATABASE_URL })
  })

  it('gives the demo its own data and key', () => {
    expect(readOptions(['--demo', '--data', '/srv/a'], {})).toMatchObject({
      data: '/srv/a/demo',
      keyFile: '/srv/a/demo/instance.key',
    })
  })

  it('counts an empty variable as unset', () => {
    const empty = {
      PORT: '',
      SNAPWARDEN_HOST: '',
      SNAPWARDEN_DATA: '',
      SNAPWARDEN_URL: '',
      SNAPWARDEN_KEY_FILE: '',
      DATABASE_URL: '',
    }
    expect(readOptions([], empty)).toEqual(readOptions([], {}))
  })

  it('answers a call for help', () => {
    expect(readOptions(['--help'], {})).toBe('help')
  })

  it.each([
    [['--prot', '1'], {}],
    [['extra'], {}],
    [['--port'], {}],
    [['--port', '65536'], {}],
    [[], { PORT: '-1' }],
    [['--public-url', 'a.example'], {}],
    [[], { SNAPWARDEN_TRUSTED_PROXIES: 'proxy' }],
    [[], { DATABASE_URL: 'sqlite:file' }],
  ])('refuses %j with %j in one line', (args, environment) => {
    const read = () => readOptions(args, environment)
    expect(read).toThrow(Problem)
    expect(read).toThrow(/^[^\n]+$/)
  })
})
