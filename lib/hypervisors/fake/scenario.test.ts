import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manualClock } from '@/lib/testing/clock'
import { openFakeHypervisor } from './adapter'
import { worldFromScenario } from './build'
import { edgeDemo, libvirtDemo } from './demo-libvirt'
import { proxmoxDemo } from './demo-proxmox'
import { vsphereDemo } from './demo-vsphere'
import { loadScenario, parseScenario } from './scenario'

const SMALL = {
  kind: 'libvirt',
  product: 'libvirt',
  version: '9.0.0',
  node: 'n',
  address: 'fake',
  storages: [{ name: 'default', node: 'n', type: 'dir', path: '/i', capacityGib: 100, usedGib: 50, style: 'external' }],
  guests: [
    {
      name: 'web',
      disks: [{ target: 'vda', storage: 'default', format: 'qcow2', gib: 20, usedGib: 4 }],
      history: [
        { do: 'take', name: 'a', hoursAgo: 2 },
        { do: 'write', gib: 1.5 },
      ],
    },
  ],
}

describe('scenarios', () => {
  it('are read from a file, checked, and built as they were at the anchor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scenario-'))
    const file = join(folder, 'small.json')
    await writeFile(file, JSON.stringify(SMALL))
    const scenario = await loadScenario(file)
    await rm(folder, { recursive: true })
    const world = worldFromScenario(scenario, '2026-11-21T09:00:00.000Z', manualClock())
    const collection = await openFakeHypervisor(world).collect(
      { whole: true },
      { thorough: true },
      new AbortController().signal,
    )
    expect(collection).toMatchObject({
      guests: {
        value: [
          { facts: { name: 'web' }, snapshots: { value: { items: [{ createdAt: '2026-11-21T07:00:00.000Z' }] } } },
        ],
      },
      storages: { value: [{ facts: { usedBytes: 50 * 2 ** 30 } }] },
    })
  })

  it('are refused with the place of the mistake', () => {
    const [guest] = SMALL.guests
    const broken = { ...SMALL, guests: [{ ...guest, history: [{ do: 'explode' }] }] }
    expect(() => parseScenario(broken)).toThrow(/guests\[0\]\.history\[0\]/)
    expect(() => parseScenario({ ...SMALL, kind: 'hyperv' })).toThrow(/kind/)
  })

  it('are refused when their history cannot have happened', () => {
    const [guest] = SMALL.guests
    const impossible = parseScenario({
      ...SMALL,
      guests: [{ ...guest, history: [{ do: 'rollback', to: 'x', hoursAgo: 1 }] }],
    })
    expect(() => worldFromScenario(impossible, '2026-11-21T09:00:00.000Z', manualClock())).toThrow(
      /web cannot have done/,
    )
  })

  it('include those of the demo fleet', () => {
    for (const demo of [edgeDemo, libvirtDemo, proxmoxDemo, vsphereDemo]) {
      const scenario = JSON.parse(JSON.stringify(demo(Date.parse('2026-11-21T09:00:00.000Z'))))
      expect(parseScenario(scenario)).toEqual(scenario)
    }
  })
})
