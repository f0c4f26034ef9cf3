import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findCheckoutUser, noteCheckoutUse, requireNoCheckoutUser } from './checkout-use.mjs'
import { markOf } from './processes.mjs'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snapwarden-use-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const note = (pid: number, text: string) => writeFileSync(join(directory, `${pid}.json`), text)

it('names the server that would lose its pages, and what to do', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise((resolve) => other.on('close', resolve))
  const pid = other.pid ?? 0
  try {
    note(pid, JSON.stringify({ ...markOf(pid), data: '/srv/one' }))
    expect(findCheckoutUser(directory)).toMatchObject({ pid, data: '/srv/one' })
    expect(() => requireNoCheckoutUser(directory, 'needs a new build')).toThrow(
      `This checkout needs a new build, and Snapwarden runs from it (process ${pid}, on /srv/one), whose pages that would break: stop that one first, or use a checkout of its own.`,
    )
  } finally {
    other.kill('SIGKILL')
    await ended
  }
  expect(findCheckoutUser(directory)).toBeNull()
  expect(() => requireNoCheckoutUser(directory, 'needs a new build')).not.toThrow()
})

it('counts neither itself nor the dead nor a file that names nobody', () => {
  note(2 ** 22 + 5, JSON.stringify({ pid: 2 ** 22 + 5, startedAt: null, data: '/srv/gone' }))
  note(process.ppid, JSON.stringify({ pid: process.ppid, startedAt: 'another-boot:1', data: '/srv/gone' }))
  note(7, '{"pid":')
  expect(findCheckoutUser(directory)).toBeNull()
  const release = noteCheckoutUse(directory, '/srv/own')
  expect(readdirSync(directory)).toEqual([`${process.pid}.json`])
  expect(findCheckoutUser(directory)).toBeNull()
  release()
  expect(readdirSync(directory)).toEqual([])
  expect(findCheckoutUser(join(directory, 'never-made'))).toBeNull()
})
