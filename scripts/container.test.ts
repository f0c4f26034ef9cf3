import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from './lib/root.mjs'

const read = (name: string) => readFileSync(join(root, name), 'utf8')

/** The Dockerfile as instructions, continuation lines joined. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    return { name, rest }
  })
const all = (name: string) => instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest)

describe('the Dockerfile', () => {
  it('has instructions Docker knows, the base first', () => {
    const known = [
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'USER',
      'ENV',
      'VOLUME',
      'EXPOSE',
      'HEALTHCHECK',
      'STOPSIGNAL',
      'CMD',
    ]
    expect(instructions.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([])
    expect(instructions[0]?.name).toBe('FROM')
    for (const base of all('FROM')) expect(base).toMatch(/^node:\d+-bookworm-slim( AS \w+)?$/)
  })

  it('copies and starts files that exist', () => {
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1))
    for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true)
    const command = JSON.parse(all('CMD')[0] ?? '[]') as string[]
    expect(command[0]).toBe('node')
    expect(existsSync(join(root, command[1] ?? ''))).toBe(true)
  })

  it('runs as an ordinary user who owns the data', () => {
    expect(all('USER')).toEqual(['node'])
    expect(all('VOLUME')).toEqual(['/data'])
    expect(all('RUN').join('\n')).toContain('chown node:node /data')
  })

  it('leaves no package lists behind', () => {
    for (const run of all('RUN').filter((rest) => rest.includes('apt-get install'))) {
      expect(run).toContain('--no-install-recommends')
      expect(run).toContain('rm -rf /var/lib/apt/lists/*')
    }
  })
})

describe('the compose file', () => {
  const { services, volumes } = parse(read('compose.yaml'))

  it('keeps the data in a named volume and listens on this machine only', () => {
    const { snapwarden } = services
    expect(snapwarden.volumes).toEqual(['snapwarden-data:/data'])
    expect(Object.keys(volumes)).toEqual(['snapwarden-data'])
    expect(snapwarden.ports).toEqual(['127.0.0.1:3000:3000'])
    expect(snapwarden.stop_grace_period).toBe('15s')
  })
})
