// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { NextIntlClientProvider } from 'next-intl'
import { afterEach, expect, it, vi } from 'vitest'
import { ClockProvider } from '@/components/ui/clock'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { SnapshotTree } from './snapshot-tree'

afterEach(cleanup)

const NOW = '2025-08-31T09:42:00.000Z'
const size = { bytes: null, confidence: 'unknown', source: 'internal-shared' } as const
const snapshot = (name: string, parent: string | null) =>
  ({
    id: name,
    nativeId: name,
    name,
    parent,
    parentId: parent,
    parentMissing: null,
    createdAt: NOW,
    memory: 'none',
    consistency: 'crash',
    size,
    unmanaged: false,
    incomplete: false,
    note: null,
  }) as unknown as SnapshotView

function draw(currentUnknown: boolean) {
  const guest = {
    name: 'web',
    snapshots: [snapshot('a', null), snapshot('b', 'a')],
    currentParentId: null,
    currentUnknown,
    disks: [],
    changedSince: size,
    power: 'stopped',
  } as unknown as GuestDetail
  render(
    <NextIntlClientProvider
      locale="en"
      timeZone="Asia/Shanghai"
      messages={pickAreas(catalogueOf('en'), ['common', 'ui', 'words', 'guest'])}
    >
      <ClockProvider now={NOW}>
        <SnapshotTree guest={guest} currentParent={null} limitMillis={null} selectedId={null} onSelect={vi.fn()} />
      </ClockProvider>
    </NextIntlClientProvider>,
  )
  const here = screen.getByRole('row', { current: true })
  return {
    here,
    dashes: here.querySelectorAll('path[stroke-dasharray]').length,
    a: screen.getByRole('row', { name: /^a/ }),
  }
}

it('says that the current state stands on the base disk only where the hypervisor says so', () => {
  const { here, dashes, a } = draw(false)
  expect(here.textContent).toContain('Current state')
  expect(here.textContent).not.toContain('not told')
  expect(dashes).toBe(0)
  expect(a.textContent).toContain('on a side branch')
})

it('says that nobody tells where the current state stands, and calls no snapshot a side branch of it', () => {
  const { here, dashes, a } = draw(true)
  expect(here.textContent).toContain('Current state, on which snapshot is not told')
  expect(dashes).toBe(1)
  expect(a.textContent).not.toContain('on a side branch')
})
