import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isWritable } from './root.mjs'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-root-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('takes a directory that is not there yet for what its parent is', () => {
  expect(isWritable(directory)).toBe(true)
  expect(isWritable(join(directory, 'not', 'yet'))).toBe(true)
})
