import { describe, expect, it } from 'vitest'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { ConfigurationMap } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import { ok, refused } from '@/lib/domain/result'
import { known } from '@/lib/engine/plan/testing'
import { aGuest, TEST_NOW } from '@/lib/testing/builders'
import { checkConfiguration } from './configuration-check'

const guestWith = (now: ConfigurationMap | null, power: 'running' | 'stopped' = 'running'): KnownGuest => {
  const guest = known(aGuest('web'))
  const configuration = { value: now, at: TEST_NOW, unread: null }
  return { ...guest, facts: { ...guest.facts, power }, configuration }
}

const found = (kind: HypervisorKind, saved: ConfigurationMap, now: ConfigurationMap, keepsTags = false) =>
  checkConfiguration({ kind, snapshot: 'a', saved: ok(saved), keepsTags }, guestWith(now))

const differs = (key: string, found: string | null, expected: string | null) =>
  ({ differs: 'configuration', key, found, expected }) as const

describe('the configuration after a rollback', () => {
  it('passes when it is what the snapshot saved', () => {
    expect(found('libvirt', { cpus: '2', memory: '2048 MiB' }, { cpus: '2', memory: '2048 MiB' })).toEqual({
      result: 'pass',
    })
  })

  it('names every key that differs, with what is and what should be', () => {
    expect(found('libvirt', { cpus: '2', tpm: 'tpm-tis' }, { cpus: '4', sound: 'ich9' })).toEqual({
      result: 'fail',
      differences: [differs('cpus', '4', '2'), differs('sound', 'ich9', null), differs('tpm', null, 'tpm-tis')],
    })
  })

  it('takes a fresh overlay, a balloon and a processor settled by a start for no difference on libvirt', () => {
    const saved = { 'disk vda': 'disk, virtio', 'disk vda format': 'raw', 'disk vda image': '/a.raw', cpus: '1' }
    const now = { ...saved, 'disk vda format': 'qcow2', 'disk vda image': '/a.1', 'memory now': '512 MiB' }
    expect(found('libvirt', saved, { ...now, 'cpu model': 'Skylake' })).toEqual({ result: 'pass' })
    expect(found('libvirt', saved, { ...now, 'disk vdb': 'disk, virtio' })).toMatchObject({ result: 'fail' })
  })

  it('takes what every rollback of Proxmox VE changes for no difference, and tags only where they were put back', () => {
    const saved = { machine: 'q35', runningmachine: 'pc-q35-8.1', vmgenid: '1', tags: 'old', scsi0: 'dir:101/0' }
    const now = { vmgenid: '2', tags: 'new', scsi0: 'dir:101/0', unused0: 'dir:101/1' }
    expect(found('proxmox', saved, now, true)).toEqual({ result: 'pass' })
    expect(found('proxmox', saved, now)).toEqual({ result: 'fail', differences: [differs('tags', 'new', 'old')] })
    expect(found('proxmox', { machine: 'q35' }, {})).toEqual({
      result: 'fail',
      differences: [differs('machine', null, 'q35')],
    })
  })

  it('is unknown, with the reason, where either side could not be read', () => {
    const then = { kind: 'libvirt', snapshot: 'a', keepsTags: false } as const
    const away = { code: 'interrupted' } as const
    expect(checkConfiguration({ ...then, saved: refused(away) }, guestWith({ cpus: '1' }))).toEqual({
      result: 'unknown',
      why: away,
    })
    expect(checkConfiguration({ ...then, saved: ok({ cpus: '1' }) }, guestWith(null))).toMatchObject({
      result: 'unknown',
    })
    const stale = guestWith({ cpus: '1' })
    const unread = { ...stale, configuration: { ...stale.configuration, unread: away } }
    expect(checkConfiguration({ ...then, saved: ok({ cpus: '1' }) }, unread)).toEqual({ result: 'unknown', why: away })
  })
})
