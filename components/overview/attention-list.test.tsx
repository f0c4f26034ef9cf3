// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { renderUi } from '@/components/testing/render'
import type { AlertStorage } from '@/lib/domain/alert-view'
import type { AttentionItem } from '@/lib/domain/view'
import { anAlert, at, STORAGE } from '@/lib/engine/alerts/testing'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { AttentionList } from './attention-list'

const GIB = 1024 ** 3
const storage = (patch: Partial<AlertStorage>): AlertStorage => ({
  id: STORAGE,
  name: 'lvm-thin',
  usedBytes: 1701 * GIB,
  snapshotBytes: null,
  usableBytes: 1848 * GIB,
  availableBytes: 147 * GIB,
  fullAt: null,
  guests: 18,
  ...patch,
})
const item = (because: AttentionItem['because'], patch: Partial<AttentionItem> = {}): AttentionItem => ({
  severity: 'critical',
  because,
  name: 'lvm-thin',
  where: 'pve-sh',
  ...patch,
})
const full = (patch: Partial<AlertStorage>, kind: 'storage-used' | 'storage-free' = 'storage-used') =>
  item({
    what: 'alert',
    alert: anAlert({ kind, value: kind === 'storage-used' ? 0.921 : GIB }),
    storage: storage(patch),
  })

/** The one row's cells, without what leads away. */
function cells(shown: AttentionItem): string[] {
  renderUi(
    <MergeMessages messages={pickAreas(catalogueOf('en'), ['overview', 'alerts', 'inbox', 'storage', 'reasons'])}>
      <AttentionList overview={{ attention: [shown], attentionTotal: 1, acknowledged: 0 }} />
    </MergeMessages>,
  )
  const [, row] = screen.getAllByRole('row')
  if (row === undefined) throw new Error('nothing needs attention')
  return within(row)
    .getAllByRole('cell')
    .map((cell) => (cell.textContent ?? '').replaceAll('\u00a0', ' '))
}
const link = () => screen.getAllByRole('link').map((each) => each.getAttribute('href'))

describe('a storage that fills', () => {
  it('says what is left, whom it stops and when, and repeats neither name nor share', () => {
    expect(cells(full({ fullAt: at(9 * 24 * 60 + 42) }))).toEqual([
      'Critical: 92.1 % used',
      '147 GiB free. 18 guests pause when it is full.',
      'full in 9 d',
      'What to do',
    ])
  })

  it('has the hour instead of a number of days when it is near', () => {
    expect(cells(full({ fullAt: at(5 * 60 + 30) }))[2]).toBe('31 Aug 22:30')
  })

  it('says that there is no date, and that it is full', () => {
    expect(cells(full({}))[2]).toBe('no date')
  })

  it('that is full says so', () => {
    expect(cells(full({ fullAt: at(0) }))[2]).toBe('full')
  })

  it('says in the sentence what the badge does not', () => {
    expect(cells(full({ guests: 1 }, 'storage-free'))[1]).toBe(
      'lvm-thin on pve-sh-03 has 1 GiB left. 1 guest pauses when it is full.',
    )
  })
})

it('what many guests have in common leads to their list, and has no time to full', () => {
  const shown = item({ what: 'alike', kind: 'snapshot-age', guests: 42 }, { severity: 'warning', name: '', where: '' })
  expect(cells(shown)).toEqual([
    'Warning',
    'Snapshot past its limit. What was overwritten since then is kept as well.',
    '',
    'Open',
  ])
  expect(screen.getByRole('rowheader').textContent?.trim()).toBe('42 guests')
  expect(link()).toEqual(['/retention', '/retention'])
})
