import { expect, it } from 'vitest'
import { asId, type GuestId, type VolumeId } from '@/lib/domain/ids'
import type { VolumeView } from '@/lib/domain/view'
import { leftoverOwner } from './leftover-owner'

const used = (name: string): VolumeView => ({
  id: asId<VolumeId>(name),
  name: `${name}.qcow2`,
  path: null,
  format: 'qcow2',
  virtualBytes: null,
  allocatedBytes: null,
  backingFile: null,
  role: 'disk',
  guests: [{ id: asId<GuestId>(`id-of-${name}`), name }],
})

it('is the guest with the longest name the file begins with, and nobody whose name only looks alike', () => {
  const volumes = ['web', 'web-01', 'db'].map(used)
  const ownerOf = (file: string) => leftoverOwner(file, volumes)?.name ?? null
  expect(ownerOf('web-01.before.mem')).toBe('web-01')
  expect(ownerOf('web-1.qcow2')).toBe('web')
  expect(ownerOf('web.snap')).toBe('web')
  expect(ownerOf('web')).toBe('web')
  expect(ownerOf('webshop.qcow2')).toBeNull()
  expect(ownerOf('other.qcow2')).toBeNull()
})
