// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { renderUi } from '@/components/testing/render'
import type { GuestDetail } from '@/lib/domain/view'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { TakeForm } from './take-form'
import { formOf } from './take-intent'

const able = { ok: true } as const
const guest = (connectionKind: GuestDetail['connectionKind']) =>
  ({
    id: connectionKind,
    name: 'web',
    connectionKind,
    power: 'running',
    agent: 'connected',
    capabilities: { 'snapshot.quiesce': able, 'snapshot.memory': able },
  }) as unknown as GuestDetail

const show = (...kinds: GuestDetail['connectionKind'][]) =>
  renderUi(
    <MergeMessages messages={pickAreas(catalogueOf('en'), ['flows', 'reasons'])}>
      <TakeForm
        guests={kinds.map(guest)}
        choices={formOf(null, 'disks')}
        timeZone="America/New_York"
        onChange={() => undefined}
      />
    </MergeMessages>,
  )

it('offers internal or external only where Snapwarden chooses: libvirt', () => {
  show('libvirt', 'proxmox')
  expect(screen.getByLabelText('Kind')).toBeDefined()
})

it.each(['proxmox', 'vsphere'] as const)('offers no kind that %s would not heed', (kind) => {
  show(kind)
  expect(screen.getByLabelText(/^Purpose/)).toBeDefined()
  expect(screen.queryByLabelText('Kind')).toBeNull()
})

it('shows the name with the time of the server, which makes it', () => {
  show('libvirt')
  expect(screen.getByText('It will be called web_disk_20250831_0542')).toBeDefined()
})
