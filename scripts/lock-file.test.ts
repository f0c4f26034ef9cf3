import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './lib/root.mjs'

type Locked = { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }
const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages as Record<string, Locked>

/** Where Node would find `name` for the package at `at`. */
function placesOf(at: string, name: string): string[] {
  const parents = at
    .split('/node_modules/')
    .map((_part, index, parts) => parts.slice(0, index + 1).join('/node_modules/'))
  return ['', ...parents].map((parent) => `${parent === '' ? '' : `${parent}/`}node_modules/${name}`)
}

describe('the lock file', () => {
  it('names the optional packages of every platform: npm ci refuses it elsewhere if one is missing', () => {
    const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([, version]) => /^\d+\.\d+\.\d+[\w.+-]*$/.test(version))
        .filter(([name]) => !placesOf(at, name).some((place) => place in packages))
        .map(([name]) => `${at} needs ${name}`),
    )
    expect(missing).toEqual([])
  })

  it("names no registry: everyone's own mirror counts", () => {
    const resolved = Object.values(packages).filter((entry) => entry.resolved !== undefined)
    expect(resolved).toEqual([])
  })
})
