import { describe, expect, it } from 'vitest'
import type { Feature } from '@/lib/domain/capability'
import { FEATURES } from '@/lib/domain/capability'
import type { Snapshot } from '@/lib/domain/snapshot'
import { aSnapshot } from '@/lib/testing/builders'
import { disk, domain } from '../testing/host'
import { versionOf } from '../versions'
import { type CapabilityContext, capabilitiesOf } from './capabilities'

const of = (over: Partial<CapabilityContext> & { xml?: Parameters<typeof domain>[0] } = {}) => {
  const { xml, ...rest } = over
  const context: CapabilityContext = {
    driver: 'QEMU',
    version: versionOf('11.3.0'),
    power: 'running',
    managedSave: false,
    domain: domain(xml),
    snapshots: [],
    ...rest,
  }
  const answers = capabilitiesOf(context)
  return (feature: Feature) => {
    const support = answers[feature]
    if (support.ok) return 'ok'
    return support.why.code === 'unsupported' ? support.why.because : support.why.code
  }
}

const snapshot = (kind: 'internal' | 'external', over: Partial<Snapshot> = {}): Snapshot => ({
  ...aSnapshot('s').build(),
  kind,
  unmanaged: false,
  ...over,
})

describe('what can be done with a guest', () => {
  it('is everything, where nothing stands against it', () => {
    const can = of()
    expect(FEATURES.map(can)).toEqual(FEATURES.map(() => 'ok'))
  })

  it('depends on its disks', () => {
    const withDisk = (over: Parameters<typeof disk>[2]) => of({ xml: { disks: [disk('vda', ['a'], over)] } })
    expect(withDisk({ format: 'raw' })('snapshot.internal')).toEqual({ cause: 'raw-disk', disk: 'vda' })
    expect(withDisk({ format: 'raw' })('snapshot.external')).toBe('ok')
    expect(withDisk({ format: 'qed' })('snapshot.internal')).toEqual({
      cause: 'disk-format',
      disk: 'vda',
      format: 'qed',
    })
    expect(withDisk({ shareable: true, format: 'raw' })('snapshot.external')).toEqual({
      cause: 'shared-disk',
      disk: 'vda',
    })
    const block = { kind: 'block', file: '/dev/vg/lv', volume: null } as const
    expect(withDisk({ source: block })('snapshot.external')).toEqual({ cause: 'storage-type', type: 'block' })
    expect(of({ xml: { disks: [] } })('snapshot.internal')).toEqual({ cause: 'no-disk' })
    const media = [disk('vda', ['a']), disk('sda', ['x'], { device: 'cdrom', format: 'raw', readOnly: true })]
    expect(of({ xml: { disks: media } })('snapshot.internal')).toBe('ok')
    const excluded = [disk('vda', ['a']), disk('vdb', ['b'], { format: 'raw', snapshotDefault: 'no' })]
    expect(of({ xml: { disks: excluded } })('snapshot.internal')).toBe('ok')
  })

  it('depends on its firmware and libvirt’s version', () => {
    const uefi = { firmware: 'uefi', loaderSettled: true, nvram: { file: '/VARS', format: 'raw' } } as const
    const old = versionOf('9.0.0')
    const needs = { cause: 'needs-version', needs: '10.10.0', has: '9.0.0' }
    expect(of({ xml: uefi, version: old })('snapshot.internal')).toEqual(needs)
    expect(of({ xml: uefi, version: old, power: 'stopped' })('snapshot.internal')).toEqual(needs)
    expect(of({ xml: { ...uefi, loaderSettled: false }, version: old, power: 'stopped' })('snapshot.internal')).toBe(
      'ok',
    )
    expect(of({ xml: uefi })('snapshot.internal')).toEqual({ cause: 'uefi-raw-nvram' })
    expect(of({ xml: uefi, power: 'stopped' })('snapshot.internal')).toBe('ok')
    expect(of({ xml: { ...uefi, nvram: { file: '/VARS', format: 'qcow2' } } })('snapshot.internal')).toBe('ok')
    expect(of({ xml: uefi })('snapshot.external')).toBe('ok')
  })

  it('depends on its power, its agent and what it holds of the host', () => {
    const off = of({ power: 'stopped' })
    for (const feature of ['snapshot.memory', 'snapshot.quiesce', 'chain.merge'] as const) {
      expect(off(feature), feature).toEqual({ cause: 'guest-off' })
    }
    expect(of({ xml: { agent: 'absent' } })('snapshot.quiesce')).toEqual({ cause: 'no-agent' })
    const holding = { passthrough: ['pci 0000:06:00.0'] }
    expect(of({ xml: holding })('snapshot.memory')).toEqual({ cause: 'passthrough', device: 'pci 0000:06:00.0' })
    expect(of({ xml: holding })('snapshot.internal')).toEqual({ cause: 'passthrough', device: 'pci 0000:06:00.0' })
    expect(of({ xml: holding, power: 'stopped' })('snapshot.internal')).toBe('ok')
    expect(of({ xml: holding })('snapshot.external')).toBe('ok')
    expect(of({ managedSave: true })('snapshot.internal')).toEqual({ cause: 'managed-save' })
    expect(of({ managedSave: true })('rollback.internal')).toEqual({ cause: 'managed-save' })
  })

  it('depends on the snapshots it has: the two kinds do not mix', () => {
    expect(of({ snapshots: [snapshot('external')] })('snapshot.internal')).toEqual({ cause: 'mixed-chain' })
    expect(of({ snapshots: [snapshot('internal')] })('snapshot.external')).toEqual({ cause: 'mixed-chain' })
    const mixed = of({ snapshots: [snapshot('internal'), snapshot('external')] })
    for (const feature of ['snapshot.delete', 'rollback.internal', 'rollback.external'] as const) {
      expect(mixed(feature), feature).toEqual({ cause: 'mixed-chain' })
    }
    expect(of({ snapshots: [snapshot('internal', { unmanaged: true })] })('snapshot.external')).toBe('ok')
  })

  it('depends on what this libvirt can do with external snapshots', () => {
    const at9 = { version: versionOf('9.0.0'), snapshots: [snapshot('external', { powerThen: 'off' })] }
    expect(of(at9)('rollback.external')).toEqual({ cause: 'needs-version', needs: '9.9.0', has: '9.0.0' })
    expect(of(at9)('snapshot.delete')).toBe('ok')
    expect(of({ ...at9, power: 'stopped' })('snapshot.delete')).toEqual({ cause: 'guest-off' })
    expect(of({ ...at9, version: versionOf('8.0.0') })('snapshot.delete')).toMatchObject({
      cause: 'needs-version',
      needs: '9.0.0',
    })
    expect(of({ ...at9, version: versionOf('11.3.0'), power: 'stopped' })('snapshot.delete')).toBe('ok')
  })

  it('is little with another driver, and nothing for a guest that could not be read', () => {
    const test = of({ driver: 'TEST' })
    expect(test('snapshot.internal')).toBe('ok')
    expect(test('snapshot.external')).toEqual({ cause: 'driver', driver: 'TEST' })
    expect(FEATURES.map(of({ driver: 'LXC' }))).toEqual(FEATURES.map(() => ({ cause: 'driver', driver: 'LXC' })))
    expect(FEATURES.map(of({ domain: null }))).toEqual(FEATURES.map(() => 'not-told'))
  })
})
