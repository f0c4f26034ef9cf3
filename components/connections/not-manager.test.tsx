// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { renderUi } from '@/components/testing/render'
import { catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import { MergeMessages } from '@/lib/i18n/merge-messages'
import { NotManager } from './not-manager'

vi.mock('next/navigation', () => ({ useRouter: () => ({ refresh: vi.fn() }) }))

it('tells whoever may not manage connections whose role it takes, instead of leading elsewhere', () => {
  renderUi(
    <MergeMessages messages={pickAreas(catalogueOf('en'), ['connections', 'reasons'])}>
      <NotManager title="Add a hypervisor" needs="admin" />
    </MergeMessages>,
  )
  expect(screen.getByRole('heading', { level: 1, name: 'Add a hypervisor' })).toBeDefined()
  expect(screen.getByText('Your role does not include this')).toBeDefined()
  expect(screen.getByText(/Needs the role Administrator/)).toBeDefined()
})
