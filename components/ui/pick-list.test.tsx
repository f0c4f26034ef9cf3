// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import { renderUi } from '../testing/render'
import { PickList } from './pick-list'

const OPTIONS = Array.from({ length: 60 }, (_, index) => ({ id: `s${index}`, label: `pool-${index}`, note: 'kvm' }))
const inForm = () => new FormData(document.querySelector('form') ?? undefined).getAll('storage')
const show = (chosen: string[], options = OPTIONS) =>
  renderUi(
    <form>
      <PickList label="Storages" hint="None chosen: all." name="storage" options={options} chosen={chosen} />
    </form>,
  )

describe('a list to pick from', () => {
  it('keeps what is chosen while a filter hides it', async () => {
    show(['s59'])
    expect(screen.getAllByRole('checkbox')[0]).toHaveProperty('checked', true)
    await userEvent.type(screen.getByRole('searchbox'), 'pool-17')
    expect(screen.queryByRole('checkbox', { name: /pool-59/ })).toBeNull()
    await userEvent.click(screen.getByRole('checkbox', { name: /pool-17/ }))
    expect(inForm()).toEqual(['s59', 's17'])
  })

  it('shows what is gone, so that it can be taken out', async () => {
    show(['lost', 's0'], OPTIONS.slice(0, 3))
    expect(screen.queryByRole('searchbox')).toBeNull()
    await userEvent.click(screen.getByRole('checkbox', { name: 'no longer there' }))
    expect(inForm()).toEqual(['s0'])
  })

  it('says how many more there are', () => {
    show([])
    expect(screen.getByRole('status').textContent).toContain('20')
  })
})
