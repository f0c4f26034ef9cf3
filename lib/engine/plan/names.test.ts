import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HYPERVISOR_KINDS } from '@/lib/domain/connection'
import { fileBeside, freeName, NAME_RULES, nameFrom, nameProblem } from './names'

const TEMPLATE = '{guest}_{type}_{yyyyMMdd}_{HHmm}_{purpose}'
const parts = {
  guest: 'erp-app-02',
  type: 'disk',
  purpose: 'before update',
  now: '2026-08-31T12:30:00.000Z',
  timeZone: 'UTC',
} as const

describe('a name from the template', () => {
  it('is what the template says, in the time zone of the people', () => {
    expect(nameFrom(TEMPLATE, parts, 'libvirt')).toBe('erp-app-02_disk_20260831_1230_before-update')
    expect(nameFrom(TEMPLATE, { ...parts, timeZone: 'Asia/Shanghai' }, 'libvirt')).toContain('_20260831_2030_')
    expect(nameFrom(TEMPLATE, { ...parts, purpose: '' }, 'libvirt')).toBe('erp-app-02_disk_20260831_1230')
    expect(nameFrom(TEMPLATE, { ...parts, purpose: '升级前' }, 'libvirt')).toBe('erp-app-02_disk_20260831_1230_升级前')
  })

  it('is cut in purpose and guest, never in the time', () => {
    const long = nameFrom(
      TEMPLATE,
      { ...parts, guest: 'a-very-long-name-of-a-guest', purpose: 'and a long purpose' },
      'proxmox',
    )
    expect(long).toContain('_20260831_1230')
    expect([...long].length).toBeLessThanOrEqual(40)
  })

  it('counts bytes too: a file name has room for 255 of them, and each of these takes three', () => {
    const long = nameFrom(
      TEMPLATE,
      { ...parts, guest: '数据库服务器'.repeat(8), purpose: '升级前'.repeat(20) },
      'libvirt',
    )
    expect(nameProblem(long, 'libvirt')).toBeNull()
    expect(long).toContain('_20260831_1230')
    expect(long).toMatch(/^数据库服务器/)
    const free = freeName(long, new Set([long]), 'libvirt')
    expect([free.endsWith('_2'), nameProblem(free, 'libvirt')]).toEqual([true, null])
  })

  it('is legal on every platform, whatever it is made of', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80, size: 'max' })
    fc.assert(
      fc.property(fc.constantFrom(...HYPERVISOR_KINDS), text, text, (kind, guest, purpose) => {
        const name = nameFrom(TEMPLATE, { ...parts, guest, purpose }, kind)
        return nameProblem(name, kind) === null
      }),
    )
  })
})

describe('a name somebody typed', () => {
  it.each([
    ['proxmox', 'a', 'length'],
    ['proxmox', '1a', 'first-letter'],
    ['proxmox', 'a b', 'characters'],
    ['proxmox', 'current', 'reserved'],
    ['proxmox', 'a'.repeat(41), 'length'],
    ['libvirt', 'with/slash', 'characters'],
    ['libvirt', '.hidden', 'first-letter'],
    ['libvirt', '', 'empty'],
    ['libvirt', '快'.repeat(70), 'length'],
  ] as const)('%s: %s is wrong in its %s', (kind, name, rule) => {
    expect(nameProblem(name, kind)).toMatchObject({ rule })
  })

  it('is numbered where it is taken, within the limit', () => {
    const name = 'a'.repeat(40)
    const free = freeName(name, new Set([name]), 'proxmox')
    expect(free).toBe(`${'a'.repeat(38)}_2`)
    expect(free.length).toBeLessThanOrEqual(NAME_RULES.proxmox.max)
  })
})

it('puts a new file beside the active image, under a name that is free', () => {
  const file = { guest: 'web', part: 'vda', name: 'before/x', extension: 'qcow2' }
  expect(fileBeside('/images/vda.qcow2', file, () => false)).toBe('/images/web-vda.before-x.qcow2')
  expect(fileBeside('/images/vda.qcow2', file, (each) => !each.includes('-2'))).toBe('/images/web-vda.before-x-2.qcow2')
})

it('names no file longer than a file system takes, and keeps two guests apart whose names begin alike', () => {
  const fileOf = (guest: string) => {
    const file = { guest, part: 'vda', name: '快'.repeat(60), extension: 'qcow2' }
    return fileBeside('/images/a.qcow2', file, () => false).slice('/images/'.length)
  }
  const [one, two] = ['甲', '乙'].map((end) => fileOf(`${'数据库服务器'.repeat(8)}${end}`))
  expect(new TextEncoder().encode(one).length).toBeLessThanOrEqual(255)
  expect(one).toMatch(/^数据库.*-vda\.快+\.qcow2$/)
  expect(one).not.toBe(two)
})
